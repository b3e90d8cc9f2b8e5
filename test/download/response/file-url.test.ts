import { expect, test } from 'vitest';
import { createFileUrl } from '../../../src/download/response/file-url.ts';
import { ExpectedError } from '../../../src/errors.ts';

const refusal = new ExpectedError('AUTH', 'refused');

function scene() {
  let asked = 0;
  const url = createFileUrl(new URL('https://files.example.com/0'), async () => {
    asked += 1;
    return new URL(`https://files.example.com/${asked}`);
  });
  return { url, renew: () => url.renew(url.current(), refusal), asked: () => asked };
}

test('renews a URL three times in a row, then throws the rejection', async () => {
  const { renew, asked } = scene();
  for (let round = 0; round < 3; round += 1) await renew();
  await expect(renew()).rejects.toBe(refusal);
  expect(asked()).toBe(3);
});

test('renews a URL as often as needed if it works in between', async () => {
  const { url, renew, asked } = scene();
  for (let round = 0; round < 20; round += 1) {
    await renew();
    url.worked();
  }
  expect(asked()).toBe(20);
});

test('renews once for many connections with the same rejected URL', async () => {
  const { url, asked } = scene();
  const refused = url.current();
  await Promise.all(Array.from({ length: 8 }, () => url.renew(refused, refusal)));
  await url.renew(refused, refusal);
  expect(asked()).toBe(1);
});

test.each([
  ['that the package is gone, with that', new ExpectedError('NOT_FOUND', 'gone'), 'gone'],
  ['nothing, with the rejection', new ExpectedError('UNAVAILABLE', 'no response'), 'refused'],
])('ends if the API reports %s', async (_name, failure, message) => {
  const url = createFileUrl(new URL('https://files.example.com/0'), () => Promise.reject(failure));
  await expect(url.renew(url.current(), refusal)).rejects.toThrow(message);
});
