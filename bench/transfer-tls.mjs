import { makeCertificate } from './support/certificate.mjs';
import { compare } from './support/comparison.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Transfer over TLS, every checksum of the archive verified';
export const tools = ['nginx', 'curl', 'openssl'];

const CURL = 'curl -o';

export function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(2048);
  const certificate = makeCertificate(folder);
  const trust = ['--cacert', certificate.certPath];
  return withScene(folder, { mediumMiB, certificate }, async (scene) => {
    const contenders = { [CURL]: () => scene.curl(trust) };
    for (const node of NODES) contenders[rowName(node)] = () => scene.fetch(node, trust);
    const targets = NODES.map((node) => ({ name: rowName(node), baseline: CURL, atMost: 1.15 }));
    return [`${mediumMiB} MiB:`, '', ...(await compare(scene, { contenders, baseline: CURL, targets }))];
  });
}
