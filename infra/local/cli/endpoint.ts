import { type Command, Option } from 'commander';

/** Adds the flags that say where an API is and how it wants to be asked. */
export function withEndpoint(command: Command, shaped: (endpoint: Option) => Option): Command {
  const endpoint = new Option('--endpoint <url>', 'address of an API: of objectferry serve, or a deployed one');
  return command
    .addOption(shaped(endpoint))
    .option('--auth <kind>', 'iam, jwt (token in OBJECTFERRY_TOKEN) or none; default: by the endpoint')
    .option('--region <region>', 'AWS region of an endpoint with a domain of its own, for --auth iam');
}
