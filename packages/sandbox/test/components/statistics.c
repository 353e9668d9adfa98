/*
 * A component in C without any library: {"numbers":[…]} → {"count":…,"sum":…}. It also misbehaves on request, for the tests:
 * {"loop":…} never ends, {"memory":…} grows without end, {"fail":…} returns an error, {"trap":…} traps, {"state":…} counts calls.
 * Built by build.sh; the canonical ABI is written out by hand.
 */
typedef unsigned long size_t;
static unsigned char *heap;
static size_t left;

static void *allocate(size_t size) {
  size = (size + 7) & ~7ul;
  if (size > left) {
    size_t pages = (size >> 16) + 1;
    size_t old = __builtin_wasm_memory_grow(0, pages);
    if (old == (size_t)-1) __builtin_trap();
    heap = (unsigned char *)(old << 16);
    left = pages << 16;
  }
  void *at = heap;
  heap += size;
  left -= size;
  return at;
}

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)align;
  unsigned char *made = allocate(size);
  for (size_t i = 0; i < old_size && i < size; i++) made[i] = ((unsigned char *)old)[i];
  return made;
}

static int begins(const char *text, size_t length, const char *word) {
  size_t i = 0;
  for (; word[i]; i++)
    if (i >= length || text[i] != word[i]) return 0;
  return 1;
}

struct text { int tag; char *at; size_t length; };
static struct text result;

static void put(const char *words) {
  while (*words) result.at[result.length++] = *words++;
}

static void put_number(long long value) {
  char digits[24];
  int count = 0;
  if (value < 0) { put("-"); value = -value; }
  do { digits[count++] = '0' + value % 10; value /= 10; } while (value);
  while (count) result.at[result.length++] = digits[--count];
}

__attribute__((export_name("run"))) struct text *run(const char *input, size_t length) {
  static int calls;
  calls++;
  result.tag = 0;
  result.length = 0;
  result.at = allocate(256);
  if (begins(input, length, "{\"loop\"")) for (volatile int i = 0;; i++) {}
  if (begins(input, length, "{\"memory\"")) for (;;) allocate(1 << 20);
  if (begins(input, length, "{\"trap\"")) __builtin_trap();
  if (begins(input, length, "{\"fail\"")) { result.tag = 1; put("the component says no"); return &result; }
  if (begins(input, length, "{\"garbage\"")) { put("not json"); return &result; }
  if (begins(input, length, "{\"state\"")) { put_number(calls); return &result; }
  long long sum = 0, count = 0, value = 0;
  int inside = 0, sign = 1;
  for (size_t i = 0; i < length; i++) {
    char c = input[i];
    if (c >= '0' && c <= '9') { value = value * 10 + (c - '0'); inside = 1; }
    else {
      if (inside) { sum += sign * value; count++; }
      inside = 0; value = 0; sign = c == '-' ? -1 : 1;
    }
  }
  put("{\"count\":"); put_number(count); put(",\"sum\":"); put_number(sum); put("}");
  return &result;
}
