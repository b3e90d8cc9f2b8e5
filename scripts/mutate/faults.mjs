import { createHash } from 'node:crypto';
import { parseSync } from 'oxc-parser';
import { randomFrom } from '../random.mjs';

const BOUNDS = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const OPPOSITES = { '===': '!==', '!==': '===', '&&': '||', '||': '&&' };
const UNITS = { 1000: '1', 1024: '1000', 1_048_576: '1000000' };

/** Finds every fault that can be planted in a file, in source order. */
export function findFaults(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed`);
  const version = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const faults = [];
  const add = (kind, node, text) => {
    const { start, end } = node;
    faults.push({
      // Specific to this version of the file: results for other versions do not count.
      id: `${file}:${version}:${start}-${end}:${kind}`,
      file,
      line: source.slice(0, start).split('\n').length,
      kind,
      start,
      end,
      before: source.slice(start, end).split('\n')[0],
      text,
    });
  };
  walk(program, program, (node, parent) => plant(node, parent, source, add));
  return faults.filter(({ start, end, text }) => source.slice(start, end) !== text);
}

function plant(node, parent, source, add) {
  const textOf = ({ start, end }) => source.slice(start, end);
  switch (node.type) {
    case 'IfStatement':
      add('negate', node.test, `!(${textOf(node.test)})`);
      if (isExit(node.consequent)) add('skip check', node.test, 'false');
      break;
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const operators = { ...BOUNDS, ...OPPOSITES };
      const other = operators[node.operator];
      const kind = node.operator in BOUNDS ? 'bound' : 'negate';
      if (other) add(kind, node, `${textOf(node.left)} ${other} ${textOf(node.right)}`);
      break;
    }
    case 'AwaitExpression':
      // The caller also awaits the returned value, unless errors are caught here.
      if (!/^(ReturnStatement|ArrowFunctionExpression)$/.test(parent.type) || parent.isTried)
        add('drop await', node, `(${textOf(node.argument)})`);
      break;
    case 'ExpressionStatement':
      if (!node.directive) add('drop statement', node, ';');
      break;
    case 'Literal':
      if (typeof node.value === 'number') {
        if (UNITS[node.value]) add('unit', node, UNITS[node.value]);
        add('swap constant', node, String(node.value + 1));
      }
      break;
    case 'ReturnStatement':
      if (node.argument) add('early return', node, 'return undefined as never;');
      break;
    case 'Property':
      if (
        (node.key.type === 'Literal' && /^[a-z]+(-[a-z]+)*$/i.test(node.key.value)) ||
        HEADERS.has(node.key.name)
      )
        add('drop header', node, '...{}');
      break;
    case 'CatchClause':
      add('swallow error', node.body, '{}');
      break;
    case 'CallExpression':
      if (/^(escape|quote|mask|show)[A-Z]/.test(textOf(node.callee)) && node.arguments.length > 0)
        add('escape', node, textOf(node.arguments[0]));
      break;
    case 'NewExpression': {
      const [code] = node.arguments;
      if (node.callee.name === 'ExpectedError' && code?.type === 'Literal')
        add('exit code', code, code.value === 'FAILED' ? "'USAGE'" : "'FAILED'");
      break;
    }
  }
}

/** Header fields whose names need no quotes. */
const HEADERS = new Set(['accept', 'authorization', 'cookie', 'etag', 'range']);

/** Whether a branch only exits. */
function isExit(node) {
  const only = node.type === 'BlockStatement' && node.body.length === 1 ? node.body[0] : node;
  return only.type === 'ThrowStatement' || only.type === 'ReturnStatement';
}

function walk(node, parent, visit, isTried = false) {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, parent, visit, isTried);
  } else if (node !== null && typeof node === 'object') {
    // Types do not exist at run time.
    if (typeof node.type === 'string' && /^TS(Type|Interface|Literal|Union)/.test(node.type)) return;
    if (typeof node.type === 'string') visit(node, { type: parent.type, isTried });
    const isFunction = /Function/.test(node.type ?? '');
    for (const [key, value] of Object.entries(node)) {
      const isTriedBelow = node.type === 'TryStatement' && key === 'block' ? true : isTried && !isFunction;
      walk(value, node.type === undefined ? parent : node, visit, isTriedBelow);
    }
  }
}

/** A sample in an order that depends only on the seed, alternating between all kinds. */
export function pickFaults(faults, seed, limit) {
  const random = randomFrom(seed);
  const shuffled = faults
    .map((fault) => ({ fault, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ fault }) => fault);
  const kinds = [...new Set(shuffled.map(({ kind }) => kind))].map((kind) =>
    shuffled.filter((fault) => fault.kind === kind),
  );
  const picked = [];
  for (let index = 0; picked.length < Math.min(limit, faults.length); index += 1) {
    for (const kind of kinds) if (kind[index] && picked.length < limit) picked.push(kind[index]);
  }
  return picked;
}
