// The machine's own limit: one byte to another process and back, over two pipes.
//   pingpong N                 the other process is a fork of this one
//   pingpong N CMD [ARG...]    the other process is CMD, which must echo ("ssh host cat")
// Prints one round trip in nanoseconds per line; the first round, which includes the start, is left out.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    int rounds = atoi(argv[1]);
    int to[2], from[2];
    if (pipe(to) || pipe(from)) fail("pipe");
    pid_t other = fork();
    if (other < 0) fail("fork");
    if (other == 0) {
        close(to[1]);
        close(from[0]);
        if (argc > 2) {
            dup2(to[0], 0);
            dup2(from[1], 1);
            close(to[0]);
            close(from[1]);
            execvp(argv[2], argv + 2);
            _exit(127);
        }
        char byte;
        while (read(to[0], &byte, 1) == 1)
            if (write(from[1], &byte, 1) != 1) _exit(1);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    long long *taken = calloc(rounds + 1, sizeof *taken);
    for (int i = 0; i <= rounds; i++) {
        char byte = 'x';
        long long start = now();
        if (write(to[1], &byte, 1) != 1) fail("write");
        if (read(from[0], &byte, 1) != 1) fail("read");
        taken[i] = now() - start;
    }
    close(to[1]);
    waitpid(other, NULL, 0);
    for (int i = 1; i <= rounds; i++) printf("%lld\n", taken[i]);
    return 0;
}
