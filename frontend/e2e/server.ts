/** A server with an invented community, and browsers to visit it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, type TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(import.meta.dirname, 'out');
const AXE = readFileSync(join(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The sizes of the screens that pages are looked at on, in pixels. */
export const SCREENS = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } } as const;
/** The name of a screen. */
export type Screen = keyof typeof SCREENS;
/** The names of all screens. */
export const screens = Object.keys(SCREENS) as Screen[];

/** Debian's browser, which reaches for nothing but this machine. */
export const BROWSER = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

interface PageOptions {
  screen?: Screen;
  colorScheme?: 'light' | 'dark';
  javaScriptEnabled?: boolean;
  locale?: string;
}

/** The server under test: a process with its own database, in which the seed's members live. */
export class TestServer {
  readonly url: string;
  /** Everybody's. */
  readonly password: string;
  private readonly browser: Browser;
  private readonly process: ChildProcess;
  private readonly folder: string;
  private readonly consoleErrors = new WeakMap<Page, string[]>();

  private constructor(url: string, password: string, browser: Browser, process: ChildProcess, folder: string) {
    this.url = url;
    this.password = password;
    this.browser = browser;
    this.process = process;
    this.folder = folder;
  }

  static async start(): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), 'regulars-e2e-'));
    // PostgreSQL runs as somebody else where the tests run as root.
    chmodSync(folder, 0o755);
    const port = await freePort();
    const env = { ...process.env, DATA_DIR: folder, PORT: String(port), RUST_LOG: 'error' };
    const program = join(ROOT, 'target/debug/regulars');
    const server = spawn(program, { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    await printed(server, 'Regulars is ready');
    const seeding = spawn(program, ['seed'], { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    const password = (await printed(seeding, /password is (\S+)/))[1];
    assert(password, 'The seed names no password.');
    return new TestServer(`http://127.0.0.1:${port}`, password, await chromium.launch(BROWSER), server, folder);
  }

  async stop() {
    await this.browser.close();
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one of the server's own commands, and returns what it printed. */
  async command(...words: string[]): Promise<string> {
    const env = { ...process.env, DATA_DIR: this.folder, PORT: new URL(this.url).port, RUST_LOG: 'error' };
    const child = spawn(join(ROOT, 'target/debug/regulars'), words, { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    return (await printed(child, /[\s\S]*/))[0] ?? '';
  }

  /** A page in a browser window of somebody's own. */
  async newPage({ screen = 'desk', locale = 'en-GB', ...rest }: PageOptions = {}): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext({ baseURL: this.url, viewport: SCREENS[screen], locale, ...rest });
    context.setDefaultTimeout(15_000);
    if (IS_TEST) await context.tracing.start(TRACE);
    open.add(context);
    context.once('close', () => open.delete(context));
    const page = await context.newPage();
    const errors: string[] = [];
    this.consoleErrors.set(page, errors);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.message}`));
    return page;
  }

  async signIn(page: Page, handle: string) {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(`${handle}@shop.example`);
    await page.getByLabel('Password', { exact: true }).fill(this.password);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Your account' }).waitFor();
  }

  /** An access token of a member of the seed, or of whoever has everybody's password. */
  async token(handle: string): Promise<string> {
    const session = await this.api('POST', '/auth/login', { email: `${handle}@shop.example`, password: this.password }, '');
    return (session as { access_token: string }).access_token;
  }

  /** The path of a question that everybody may answer. */
  async openQuestion(): Promise<string> {
    const response = await fetch(`${this.url}/api/v1/questions?sort=new&limit=50`);
    const { items } = (await response.json()) as { items: { id: string; locked_at?: string; closed?: object; group?: object }[] };
    const open = items.find(({ locked_at, closed, group }) => !locked_at && !closed && !group);
    assert(open);
    return `/questions/${open.id}`;
  }

  /** Calls the API as somebody would without a browser. */
  async api(method: string, path: string, body: unknown, token: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(body),
    });
    assert(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  /** The page stands still; axe finds nothing, the console is silent, and a picture is kept. */
  async inspect(page: Page, name: string) {
    await settled(page);
    await page.screenshot({ path: join(OUT, `${name}.png`), fullPage: true });
    await page.evaluate(AXE);
    const found = await page.evaluate(async (tags) => {
      const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> } };
      const { violations } = await axe.run(document, { runOnly: tags });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
    }, RULES);
    assert.deepEqual(found, [], `${name}: accessibility`);
    this.expectSilentConsole(page, name);
  }

  /** Nothing was written to the page's console as an error or a warning. */
  expectSilentConsole(page: Page, name: string) {
    assert.deepEqual(this.consoleErrors.get(page), [], `${name}: console`);
  }

  /** Leaves out errors in the console that the story has caused on purpose. */
  ignoreConsoleSoFar(page: Page) {
    this.consoleErrors.get(page)?.splice(0);
  }
}

/** Whether a test runs, and no measurement, which must not be slowed down. */
const IS_TEST = process.env.NODE_TEST_CONTEXT !== undefined;
const TRACE = { screenshots: true, snapshots: true, sources: true };
/** The windows that are open. */
const open = new Set<BrowserContext>();

/** A test whose end is known, which Node's types say of reporters alone. */
type EndedTest = TestContext & { passed: boolean };

/** Closes what a test left open. Of one that failed it keeps what every window did and showed, and says where. */
async function closeWindows(test: EndedTest) {
  const isPart = test.fullName !== test.name;
  for (const [index, context] of [...open].entries()) {
    if (!test.passed) {
      const name = `${test.fullName.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}-${index + 1}.zip`;
      await context.tracing.stop({ path: join(OUT, name) });
      test.diagnostic(`What the window did, in frontend: npx playwright-core show-trace e2e/out/${name}`);
      // The next part goes on in this window.
      if (isPart) await context.tracing.start(TRACE);
    }
    if (!isPart) await context.close();
  }
}
if (IS_TEST) afterEach((test) => closeWindows(test as EndedTest));

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

/** Nothing loads, moves or fades any more. */
export async function settled(page: Page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => document.querySelector('#main h1') !== null);
  await page.waitForFunction(
    () => !document.querySelector('[role=status][aria-label^="Loading"], [role=status][aria-label^="Wird geladen"]'),
  );
  await page.evaluate(async () => {
    await Promise.allSettled(
      document.getAnimations().map((animation) => (animation.effect?.getTiming().iterations === Infinity ? undefined : animation.finished)),
    );
  });
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  assert(address && typeof address === 'object');
  await new Promise((resolve) => probe.close(resolve));
  return address.port;
}

/** Waits until a process has printed what is looked for. */
function printed(child: ChildProcess, wanted: RegExp | string): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const all = wanted instanceof RegExp && wanted.source === '[\\s\\S]*';
    child.stdout?.on('data', (data) => {
      text += data;
      const match = text.match(wanted);
      if (match && !all) resolve(match);
    });
    child.once('exit', (code) => {
      if (all && code === 0) resolve([text]);
      else reject(new Error(`It ended with ${code} and printed: ${text}`));
    });
  });
}
