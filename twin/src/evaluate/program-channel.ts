import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { readLines } from '../common/lines.ts';
import type { Registered } from './local-engine.ts';
import type { Engine } from './monitor.ts';
import type { WireObject } from './properties.ts';
import type { EngineAnswer, EngineCall, Go, Outcome } from './runner.ts';

/** The file descriptors of a program's process for lines of JSON, to the twin and from it. */
const TO_TWIN = 3;
const FROM_TWIN = 4;

interface ProgramChannel {
  readonly report: (outcome: Outcome) => void;
  /** Resolves with the next order to run the program, and keeps the process alive until then. */
  readonly order: () => Promise<Go>;
  readonly engine: Engine;
}

export function programChannel(): ProgramChannel {
  const waiting: ((line: string) => void)[] = [];
  const socket = new Socket({ fd: FROM_TWIN });
  readLines(socket, Infinity, (line) => {
    const resolve = waiting.shift();
    if (waiting.length === 0) socket.unref();
    resolve?.(line);
  });
  socket.once('close', () => process.exit());
  const next = async <Message>(): Promise<Message> => {
    socket.ref();
    const line = await new Promise<string>((resolve) => waiting.push(resolve));
    return JSON.parse(line) as Message;
  };
  // Write synchronously: when the process exits, a stream would lose its unwritten data.
  const send = (message: EngineCall | Outcome): void => writeFileSync(TO_TWIN, `${JSON.stringify(message)}\n`);
  const called = async (call: EngineCall): Promise<unknown> => {
    send(call);
    const { result, error } = await next<EngineAnswer>();
    if (error !== undefined) throw new Error(error);
    return result;
  };
  return {
    report: send,
    order: () => next<Go>(),
    engine: {
      register: async (...args) => (await called({ call: 'register', args })) as Registered,
      invoke: async (...args) => (await called({ call: 'invoke', args })) as WireObject,
      setOutputs: async (...args) => void (await called({ call: 'setOutputs', args })),
    },
  };
}
