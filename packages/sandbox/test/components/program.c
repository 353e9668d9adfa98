/*
 * A program for WASI preview 1 with the C library: it counts the bytes and the digits of its input. It also misbehaves on request:
 * {"exit":3} ends with that code, {"flood":…} writes without end, {"files":…} tries to open files, {"garbage":…} writes no JSON,
 * {"nothing":…} writes nothing, {"loop":…} never ends, {"memory":…} takes all, {"env":…} tells variable A and the time.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char input[1 << 16];
static void *volatile kept;

int main(int count, char **arguments) {
  size_t length = fread(input, 1, sizeof input - 1, stdin);
  fprintf(stderr, "read %zu bytes\nof %s", length, count > 0 ? arguments[0] : "nobody");
  char *exits = strstr(input, "\"exit\":");
  if (exits) {
    fprintf(stderr, "\nno more");
    exit(atoi(exits + 7));
  }
  if (strstr(input, "\"flood\"")) for (;;) puts("more and more");
  if (strstr(input, "\"loop\"")) for (volatile int i = 0;; i++) {}
  if (strstr(input, "\"memory\"")) for (;;) if (!(kept = malloc(1 << 20))) abort();
  if (strstr(input, "\"garbage\"")) return puts("not json") < 0;
  if (strstr(input, "\"nothing\"")) return 0;
  if (strstr(input, "\"files\"")) {
    int passwords = open("/etc/passwd", O_RDONLY), made = open("made", O_WRONLY | O_CREAT, 0600);
    return printf("[%d,%d]", passwords, made) < 0;
  }
  if (strstr(input, "\"env\"")) {
    const char *value = getenv("A"), *home = getenv("HOME");
    return printf("[\"%s\",%s,%lld]", value ? value : "", home ? "true" : "false", (long long)time(NULL)) < 0;
  }
  size_t digits = 0;
  for (size_t i = 0; i < length; i++) digits += isdigit((unsigned char)input[i]) != 0;
  return printf("{\"bytes\":%zu,\"digits\":%zu}\n", length, digits) < 0;
}
