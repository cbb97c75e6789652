// Products of decimal numbers as people write them, digit by digit: a binary number is a little beside what most of them say.
#pragma once

#include "text.h"

#include <ctype.h>

// Adds the digits of a JSON number without a sign, and answers by which power of ten they are to be multiplied.
static long split(const char *number, Text *digits) {
  long exponent = 0;
  bool is_behind_point = false;
  for (; isdigit((unsigned char)*number) || *number == '.'; number++) {
    if (*number == '.') {
      is_behind_point = true;
    } else {
      append(digits, number, 1);
      exponent -= is_behind_point;
    }
  }
  if (tolower((unsigned char)*number) == 'e') exponent += strtol(number + 1, NULL, 10);
  return exponent;
}

// Adds an amount, which has 18 digits at most, times a rate, rounded half up to two decimals.
static void add_product(Text *text, const char *amount, const char *rate) {
  Text digits = {0}, product = {0};
  long exponent = split(amount, &digits);
  unsigned long long times = strtoull(digits.bytes, NULL, 10), carry = 0;
  clear(&digits);
  exponent += split(rate, &digits);
  for (size_t at = digits.length; at-- > 0; carry /= 10) {
    carry += times * (unsigned long long)(digits.bytes[at] - '0');
    digits.bytes[at] = (char)('0' + carry % 10);
  }
  // Zeros in front, so that there are whole digits and a place for what is carried when rounding; and behind, for three decimals.
  for (long whole = (long)digits.length + exponent; whole < 1; whole++) add(&product, "0");
  addf(&product, "%020llu", carry);
  add(&product, digits.bytes);
  for (; exponent > -3; exponent--) add(&product, "0");
  size_t point = product.length - (size_t)-exponent;
  if (product.bytes[point + 2] >= '5') {
    char *last = product.bytes + point + 1;
    for (; *last == '9'; last--) *last = '0';
    ++*last;
  }
  size_t first = strspn(product.bytes, "0");
  if (first >= point) first = point - 1;
  append(text, product.bytes + first, point - first);
  add(text, ".");
  append(text, product.bytes + point, 2);
  clear(&digits);
  clear(&product);
}
