/** An invitation's QR code as an SVG or PNG file, or as text for the terminal. */
import { crc32, deflateSync } from 'node:zlib';
import { encode, renderSVG, renderUnicodeCompact } from 'uqr';

/** A quiet zone of four modules is what readers expect (ISO/IEC 18004). */
const options = { ecc: 'M', border: 4 } as const;

/** For a dark or light terminal alike: both colours are drawn. */
export function qrText(text: string): string {
  return renderUnicodeCompact(text, options);
}

export function qrSvg(text: string): string {
  return renderSVG(text, { ...options, pixelSize: 8 });
}

/** One bit a pixel, eight pixels a module (PNG, W3C Recommendation, sections 5 and 11). */
export function qrPng(text: string): Buffer {
  const { data, size } = encode(text, options);
  const scale = 8;
  const width = size * scale;
  const rowBytes = 1 + Math.ceil(width / 8);
  const pixels = Buffer.alloc(rowBytes * width);
  for (let y = 0; y < width; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isDark = data[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      // The first byte of a row names its filter: none.
      const at = y * rowBytes + 1 + (x >> 3);
      if (!isDark) pixels[at] = (pixels[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(width, 4);
  head[8] = 1;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(8 + typed.length);
  framed.writeUInt32BE(content.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), 4 + typed.length);
  return framed;
}
