/**
 * PINs that are guessed first: one digit repeated, a run up or down, a short block repeated (121212, 123123), or made of
 * fewer than three different digits.
 */
export function isWeakPin(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  if (steps.length === 0) return true;
  // Equal steps of 0, +1 or −1, also over 9 → 0: 111111, 123456, 654321, 789012.
  if (steps.every((step) => step === steps[0]) && [0, 1, 9].includes(steps[0] ?? -1)) return true;
  for (const length of [2, 3, 4]) {
    if (pin.length % length === 0 && pin.length > length && pin.slice(0, length).repeat(pin.length / length) === pin)
      return true;
  }
  return new Set(digits).size < 3;
}
