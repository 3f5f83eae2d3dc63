/** Codes as shops and spreadsheets write them. */
import assert from 'node:assert/strict';
import { test } from 'vitest';
import { parseCouponCodes } from './couponCodes';

test('a file of codes is read as it is written', () => {
  for (const text of [
    'SAVE-77\nSAVE-78\n',
    'SAVE-77\r\nSAVE-78\r\n',
    'SAVE-77\rSAVE-78\r',
    '\ufeffSAVE-77\nSAVE-78',
    '\tSAVE-77 \n\u200bSAVE-78\u00a0\n',
    '\n\nSAVE-77\n\nSAVE-78\n',
    '"SAVE-77"\n"SAVE-78"\n',
    'SAVE-77;10 EUR\nSAVE-78;10 EUR\n',
    'SAVE-77,"10,00 EUR"\nSAVE-78,"5,00 EUR"\n',
    'sep=;\nSAVE-77;x\nSAVE-78;y\n',
    '\ufeffsep=;\r\nGutscheincode;Wert\r\nSAVE-77;10\r\nSAVE-78;10\r\n',
    'sep=,\nSAVE-77,x;y\nSAVE-78,z\n',
    'SAVE-77;;\nSAVE-78;;\n;;\n',
    ...['Code', 'CODES', 'Gutscheincode', 'Gutschein-Code', 'Gutschein', 'Gutscheinnummer', 'Voucher code', 'voucher_code', 'Vouchers'].map(
      (heading) => `${heading}\nSAVE-77\nSAVE-78\n`,
    ),
    ...['Coupon code', 'coupon-codes', 'Rabattcode', 'Aktionscode', 'Promo code', 'Discount Code', 'Gift card code', '"Code"'].map(
      (heading) => `${heading}\r\nSAVE-77\r\nSAVE-78\r\n`,
    ),
    'Nr;Gutscheincode;Wert\n1;SAVE-77;10\n2;SAVE-78;10\n',
    'value,"Voucher code"\n10,SAVE-77\n10,"SAVE-78"\n',
  ]) {
    const { codes, repeated, tooLong } = parseCouponCodes(text);
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['SAVE-77', 'SAVE-78'],
      JSON.stringify(text),
    );
    assert.deepEqual([repeated, tooLong], [[], []]);
  }
});

test('what is left out is told by line', () => {
  const { codes, repeated, tooLong } = parseCouponCodes(
    `Code\r\nSAVE-77\r\n\r\nsave-77\r\n\ufeffSAVE-77\r\nＳＡＶＥ-７７\r\nSAVE- 77\r\n${'x'.repeat(101)}\r\n`,
  );
  assert.deepEqual(codes, [{ code: 'SAVE-77', line: 2 }]);
  assert.deepEqual(
    repeated.map(({ line, first }) => [line, first]),
    [
      [4, 2],
      [5, 2],
      [6, 2],
      [7, 2],
    ],
  );
  assert.deepEqual(
    tooLong.map(({ line }) => line),
    [8],
  );
  assert.deepEqual(parseCouponCodes('').codes, []);
});
