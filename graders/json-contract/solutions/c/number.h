// Exact numbers: below 10 to the 30th, with up to 20 digits behind the point; sums of them may grow wider.
#pragma once

#include "text.h"

#include <ctype.h>

enum { PLACES = 20, WHOLE = 30, WIDE = 120, BEYOND = 1000000 };

typedef struct {
  bool is_negative;
  unsigned char digits[WIDE]; // the lowest first, which counts 10 to the -20th
} Number;

static bool is_zero(const Number *number) {
  for (int at = 0; at < WIDE; at++)
    if (number->digits[at] != 0) return false;
  return true;
}

static bool is_whole(const Number *number) {
  for (int at = 0; at < PLACES; at++)
    if (number->digits[at] != 0) return false;
  return true;
}

static bool is_below_zero(const Number *number) { return number->is_negative && !is_zero(number); }

// Of what both are without their signs: below 0, 0 or above 0.
static int compare(const Number *one, const Number *other) {
  for (int at = WIDE - 1; at >= 0; at--)
    if (one->digits[at] != other->digits[at]) return one->digits[at] - other->digits[at];
  return 0;
}

// Reads what JSON's grammar takes for a number. False: it is out of range, which is known before anything is calculated.
static bool read_number(const char *at, const char *end, Number *number) {
  *number = (Number){0};
  const char *exponent = at, *point = NULL;
  while (exponent < end && tolower((unsigned char)*exponent) != 'e') exponent++;
  for (const char *digit = at; digit < exponent; digit++)
    if (*digit == '.') point = digit;
  if (point == NULL) point = exponent;
  long shift = 0;
  bool is_down = exponent + 1 < end && exponent[1] == '-';
  for (const char *digit = exponent; digit < end; digit++)
    if (isdigit((unsigned char)*digit) && shift < BEYOND) shift = shift * 10 + (*digit - '0');
  if (is_down) shift = -shift;
  for (const char *digit = at; digit < exponent; digit++) {
    if (*digit == '-') number->is_negative = true;
    if (!isdigit((unsigned char)*digit) || *digit == '0') continue;
    long place = (digit < point ? point - digit - 1 : point - digit) + shift;
    if (place < -PLACES || place >= WHOLE) return false;
    number->digits[place + PLACES] = (unsigned char)(*digit - '0');
  }
  return true;
}

// Adds a price as often as a whole number says; signs are the caller's.
static void add_times(Number *sum, const Number *price, const Number *times) {
  int digits[WIDE];
  for (int at = 0; at < WIDE; at++) digits[at] = sum->digits[at];
  for (int one = 0; one < WHOLE; one++)
    for (int other = 0; other < PLACES + WHOLE; other++)
      digits[one + other] += times->digits[PLACES + one] * price->digits[other];
  for (int at = 0, carry = 0; at < WIDE; at++) {
    carry += digits[at];
    sum->digits[at] = (unsigned char)(carry % 10);
    carry /= 10;
  }
}

static Number difference(const Number *one, const Number *other) {
  bool is_negative = compare(one, other) < 0;
  const Number *great = is_negative ? other : one, *small = is_negative ? one : other;
  Number left = {is_negative, {0}};
  for (int at = 0, borrowed = 0; at < WIDE; at++) {
    int digit = great->digits[at] - small->digits[at] - borrowed;
    borrowed = digit < 0;
    left.digits[at] = (unsigned char)(digit + 10 * borrowed);
  }
  return left;
}

static void add_number(Text *text, const Number *number) {
  int high = WIDE - 1, low = 0;
  while (high > PLACES && number->digits[high] == 0) high--;
  while (low < PLACES && number->digits[low] == 0) low++;
  if (number->is_negative) add(text, "-");
  for (int at = high; at >= low; at--) {
    if (at == PLACES - 1) add(text, ".");
    addf(text, "%d", number->digits[at]);
  }
}
