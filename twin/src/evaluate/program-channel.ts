import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { readLines } from '../common/lines.ts';
import type { Registered } from './local-engine.ts';
import type { Engine } from './monitor.ts';
import type { WireObject } from './properties.ts';
import type { EngineAnswer, EngineCall, Go, Outcome } from './runner.ts';

/** The descriptors of a program's process that lines of JSON are written to and come from. */
const TO_TWIN = 3;
const FROM_TWIN = 4;

/** A program's end of the connection with the twin. A process that waits for a line stays alive. */
export interface ProgramChannel {
  readonly report: (outcome: Outcome) => void;
  /** Resolves with the next order to run the program. */
  readonly order: () => Promise<Go>;
  readonly engine: Engine;
}

/** Opens the connection. The process ends with the twin. */
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
  // At once: a process that ends would lose what a stream has not written.
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
