import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/**
 * Serves `folder`/www with nginx on loopback until `stop()`. Files under file/ have the type `mimeType`, and each
 * response is limited to `bytesPerSecond`. Uses TLS if there is a certificate. With `countsTraffic`,
 * `takeTraffic()` returns the requests, and the KiB with all headers, since the last call.
 */
export async function startNginx(folder, options) {
  const port = await freePort();
  const state = path.join(folder, 'nginx');
  mkdirSync(state, { recursive: true });
  const configFile = path.join(state, 'nginx.conf');
  writeFileSync(configFile, config({ folder, state, port, ...options }));
  const server = spawn('nginx', ['-c', configFile, '-p', state, '-g', 'daemon off;'], { stdio: 'inherit' });
  await untilListening(port);
  return {
    takeTraffic: () => takeTraffic(accessLog(state)),
    url: `${options.certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', resolve);
        server.kill('SIGQUIT');
      }),
  };
}

function config({ folder, state, port, mimeType, bytesPerSecond = 0, certificate, countsTraffic }) {
  // The folders of a run are private, and nginx would switch to another user.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const tls = certificate
    ? `ssl_certificate ${certificate.certPath}; ssl_certificate_key ${certificate.keyPath};`
    : '';
  return `${user}
worker_processes 1;
pid ${state}/nginx.pid;
error_log ${state}/error.log;
events { worker_connections 64; }
http {
  log_format sent '$bytes_sent';
  access_log ${countsTraffic ? `${accessLog(state)} sent` : 'off'};
  sendfile on;
  tcp_nopush on;
  client_body_temp_path ${state}; proxy_temp_path ${state}; fastcgi_temp_path ${state};
  uwsgi_temp_path ${state}; scgi_temp_path ${state};
  default_type application/json;
  server {
    listen 127.0.0.1:${port}${certificate ? ' ssl' : ''};
    ${tls}
    root ${folder}/www;
    location /v2/downloads/file/ { default_type ${mimeType}; limit_rate ${bytesPerSecond}; }
  }
}
`;
}

function accessLog(state) {
  return path.join(state, 'access.log');
}

function takeTraffic(log) {
  const sent = readFileSync(log, 'utf8').trim().split('\n').map(Number);
  truncateSync(log);
  return { requests: sent.length, wireKiB: sent.reduce((sum, bytes) => sum + bytes, 0) / 1024 };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isUp = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx did not start');
}
