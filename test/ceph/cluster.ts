import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A real S3 server on loopback, gone without a trace when it is disposed. */
export interface CephCluster extends AsyncDisposable {
  readonly endpoint: string;
  /** A second gateway to the same buckets, which takes parts of 1 MiB: for tests that make thousands of them. */
  readonly smallPartsEndpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const run = promisify(execFile);
const FSID = '6b6e1b3e-0000-4000-8000-000000000001';
const OSD = '6b6e1b3e-0000-4000-8000-0000000000aa';
const ACCOUNT = { accessKeyId: 'CEPHDEMO', secretAccessKey: 'ceph-demo-secret' };
const RGW = 'client.rgw';
const SMALL_PARTS_RGW = 'client.rgw-small-parts';
/** Real bytes are kept in memory, so this bounds what tests may write. */
const DISK_BYTES = 6 * 1024 ** 3;
const PATIENCE_MS = 60_000;

/**
 * Starts one monitor, one object daemon in memory and one gateway of Ceph, as small as it gets. The programs come from
 * Debian's packages: `npm run ceph:install`.
 */
export async function startCeph(): Promise<CephCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-ceph-'));
  const [v2, v1, http, smallHttp] = await freePorts(4);
  const monitors = `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`;
  const config = join(folder, 'ceph.conf');
  const daemons: ChildProcess[] = [];
  const admin = (...args: string[]) => run('ceph', ['-c', config, ...args], { timeout: PATIENCE_MS });
  let stopping = false;
  // As under systemd, a daemon that crashes is started again: this gateway dies of some copy sources with a percent sign.
  const daemon = (program: string, ...args: string[]): void => {
    const child = spawn(program, ['-c', config, '-f', ...args], { stdio: 'ignore' });
    daemons.push(child);
    child.once('exit', () => stopping || daemon(program, ...args));
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    for (const child of daemons) {
      if (child.exitCode === null) child.kill('SIGKILL');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(join(folder, name));
    await writeFile(config, configText(folder, monitors, http, smallHttp));
    const map = join(folder, 'monmap');
    await run('monmaptool', ['--create', '--fsid', FSID, '--addv', 'a', monitors, map]);
    await run('ceph-mon', ['-c', config, '--mkfs', '-i', 'a', '--monmap', map]);
    daemon('ceph-mon', '-i', 'a');
    await admin('osd', 'new', OSD);
    await run('ceph-osd', ['-c', config, '-i', '0', '--mkfs', '--osd-uuid', OSD]);
    daemon('ceph-osd', '-i', '0');
    const keys = ['--access-key', ACCOUNT.accessKeyId, '--secret-key', ACCOUNT.secretAccessKey];
    const user = ['user', 'create', '--uid', 'demo', '--display-name', 'demo', ...keys];
    await run('radosgw-admin', ['-c', config, '-n', RGW, ...user], { timeout: PATIENCE_MS });
    daemon('radosgw', '-n', RGW);
    const endpoint = `http://127.0.0.1:${http}`;
    await untilUp(endpoint);
    // Only now: the first one makes the pools.
    daemon('radosgw', '-n', SMALL_PARTS_RGW);
    const smallPartsEndpoint = `http://127.0.0.1:${smallHttp}`;
    await untilUp(smallPartsEndpoint);
    return { endpoint, smallPartsEndpoint, ...ACCOUNT, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configText(folder: string, monitors: string, http?: number, smallHttp?: number): string {
  const run = join(folder, 'run');
  return `[global]
fsid = ${FSID}
mon host = ${monitors}
auth cluster required = none
auth service required = none
auth client required = none
# Without it the gateway hangs with -13 when authentication is off.
ms mon client mode = crc
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
run dir = ${run}
log file = ${run}/$name.log
admin socket = ${run}/$name.asok
pid file = ${run}/$name.pid
[mon.a]
mon data = ${join(folder, 'mon')}
[osd.0]
osd objectstore = memstore
memstore device bytes = ${DISK_BYTES}
osd data = ${join(folder, 'osd')}
${gatewayText(RGW, folder, http)}
${gatewayText(SMALL_PARTS_RGW, folder, smallHttp)}
rgw multipart min part size = 1048576
`;
}

function gatewayText(name: string, folder: string, port?: number): string {
  return `[${name}]
# Without tcp_nodelay a request takes 48 ms instead of 5.
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw data = ${join(folder, 'rgw')}
# Bytes are in memory: what is deleted has to make room, and by default it would stay for hours.
rgw gc obj min wait = 5
rgw gc processor period = 5
`;
}

async function untilUp(endpoint: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(200);
    }
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
}
