// SPDX-FileCopyrightText: gegl-diffusion developers
// SPDX-License-Identifier: GPL-3.0-or-later
//
// node ort_worker.js MODEL.onnx IN OUT THREADS
//
// ONNX Runtime's side of the comparison, with the manners of run-unet: runs
// once, writes what the network said, then answers each line with seconds.
'use strict';
const fs = require('fs');
const readline = require('readline');
const ort = require('onnxruntime-node');

function load(path) {
  const data = fs.readFileSync(path);
  const start = 8 + Number(data.readBigUInt64LE(0));
  const header = JSON.parse(data.toString('utf8', 8, start));
  const tensors = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = entry.data_offsets;
    tensors[name] = {
      shape: entry.shape,
      value: new Float32Array(
        data.buffer.slice(data.byteOffset + start + begin, data.byteOffset + start + end)),
    };
  }
  return tensors;
}

function save(path, name, value, shape) {
  const entry = { dtype: 'F32', shape, data_offsets: [0, value.byteLength] };
  let text = JSON.stringify({ [name]: entry });
  text += ' '.repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(path, Buffer.concat([
    length, Buffer.from(text), Buffer.from(value.buffer, value.byteOffset, value.byteLength)]));
}

// [n, h, w, c] to [n, c, h, w], or back
function permute(value, [n, h, w, c], back) {
  const result = new Float32Array(value.length);
  for (let i = 0; i < n; i++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let k = 0; k < c; k++) {
          const last = ((i * h + y) * w + x) * c + k;
          const first = ((i * c + k) * h + y) * w + x;
          if (back) result[last] = value[first];
          else result[first] = value[last];
        }
  return result;
}

async function main() {
  const [model, source, target, threads] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    enableMemPattern: true,
    executionMode: 'sequential',
  });
  const { xt, logsnr, class_id: classId } = load(source);
  const [n, h, w, c] = xt.shape;
  const feeds = {
    xt: new ort.Tensor('float32', permute(xt.value, xt.shape, false), [n, c, h, w]),
    logsnr: new ort.Tensor('float32', logsnr.value, [n]),
    class_id: new ort.Tensor(
      'int64', BigInt64Array.from(classId.value, (id) => BigInt(id)), [n]),
  };
  const first = await session.run(feeds);
  save(target, 'pred', permute(first.pred.data, xt.shape, true), xt.shape);

  const version = require('onnxruntime-node/package.json').version;
  console.log(`ready onnxruntime ${version}`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    void line;
    const start = process.hrtime.bigint();
    await session.run(feeds);
    console.log(`${Number(process.hrtime.bigint() - start) / 1e9} 0`);
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
