export { type Client, type ClientOptions, type Config, createClient, createConfig } from './generated/client/index.js';
export { client } from './generated/client.gen.js';
export * from './generated/index.js';
