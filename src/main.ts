/** The composition root: the commands there are, in the order in which a newcomer meets them. */
import { account } from './cli/account.ts';
import { assess } from './cli/assess.ts';
import { caseCommand } from './cli/case.ts';
import { runCli } from './cli/cli.ts';
import { decoys } from './cli/decoys.ts';
import { demo } from './cli/demo.ts';
import { doctor } from './cli/doctor.ts';
import { documents } from './cli/documents.ts';
import { evaluation } from './cli/eval.ts';
import { ingest } from './cli/ingest.ts';
import { leads } from './cli/leads.ts';
import { mark } from './cli/mark.ts';
import { officer } from './cli/officer.ts';
import { people } from './cli/people.ts';
import { portal } from './cli/portal.ts';
import { readers } from './cli/readers.ts';
import { replay } from './cli/replay.ts';
import { reports } from './cli/reports.ts';
import { retention } from './cli/retention.ts';
import { rules } from './cli/rules.ts';
import { seal } from './cli/seal.ts';
import { serve } from './cli/serve.ts';
import { simulate } from './cli/simulate.ts';
import { token } from './cli/token.ts';
import { unmask } from './cli/unmask.ts';
import { verify } from './cli/verify.ts';
import { witness } from './cli/witness.ts';

process.exitCode = await runCli(
  [
    serve,
    demo,
    ingest,
    replay,
    leads,
    caseCommand,
    documents,
    assess,
    mark,
    decoys,
    rules,
    readers,
    portal,
    reports,
    seal,
    account,
    people,
    officer,
    unmask,
    token,
    simulate,
    evaluation,
    retention,
    verify,
    witness,
    doctor,
  ],
  process.argv.slice(2),
);
