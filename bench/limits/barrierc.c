// Load generator: N connections in one thread, epoll. Measures any line-based barrier server, and Redis.
//   barrierc line PORT HELLO SEND EXPECT SETTLED TIGHT N
//     HELLO: sent once by each connection and answered by one line that begins with OK ("" for none)
//     SEND: the line that enters, with {name} {n} {id} {k} (k is new each time); a line that begins
//     with EXPECT releases; PING word is answered with PONG word; other lines are skipped
//   barrierc redis PORT SETTLED TIGHT N
//     the INCR + PUBLISH idiom: a subscribed and a command connection for each client
// SETTLED rounds: N-1 are in and wait, the last one enters; from its entry to the last release.
// TIGHT rounds: all enter the next barrier as soon as all are released.
// PROBE_PID in the environment: prints the resident KiB of that process when all are connected.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct conn { int fd, sub, id, got, published; char buf[4096]; };
static struct conn *C;
static struct epoll_event evs[512];
static int redis, n, ep, port, released, round_no;
static long nth;
static const char *hello = "", *sendfmt, *expect;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec / 1e6; }
static void die(const char *m) { perror(m); exit(1); }
static int cmp(const void *a, const void *b) { double d = *(double *)a - *(double *)b; return d < 0 ? -1 : d > 0; }

static int dial(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (int i = 0; connect(fd, (void *)&a, sizeof a); i++) {
        if (i == 50) die("connect");
        usleep(20000);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void put(int fd, const char *s, int k) {
    while (k) {
        int w = send(fd, s, k, MSG_NOSIGNAL);
        if (w < 0 && errno == EAGAIN) continue;
        if (w <= 0) die("send");
        s += w; k -= w;
    }
}

static int fill(char *b, const char *format, struct conn *c) {
    char *o = b;
    for (const char *p = format; *p;) {
        if (!strncmp(p, "{name}", 6)) { o += sprintf(o, "b%d-%d", getpid(), round_no); p += 6; }
        else if (!strncmp(p, "{n}", 3)) { o += sprintf(o, "%d", n); p += 3; }
        else if (!strncmp(p, "{id}", 4)) { o += sprintf(o, "%d", c->id); p += 4; }
        else if (!strncmp(p, "{k}", 3)) { o += sprintf(o, "%ld", ++nth); p += 3; }
        else *o++ = *p++;
    }
    *o++ = '\n';
    return o - b;
}

static void enter(struct conn *c) {
    char b[512];
    put(c->fd, b, redis ? sprintf(b, "INCR b%d-%d\r\n", getpid(), round_no) : fill(b, sendfmt, c));
}

static void feed_redis(struct conn *c, int sub) {
    char b[256];
    int k = recv(sub ? c->sub : c->fd, c->buf, sizeof c->buf - 1, 0);
    if (k <= 0) die("redis closed");
    c->buf[k] = 0;
    if (sub) { if (strstr(c->buf, "message")) released++; return; }
    for (char *p = c->buf; *p == ':';) {              // ":K" of INCR, and of PUBLISH, told apart by state
        if (c->published) c->published = 0;
        else if (atoi(p + 1) == n) { c->published = 1; put(c->fd, b, sprintf(b, "PUBLISH ch%d r%d\r\n", getpid(), round_no)); }
        p = strchr(p, '\n');
        if (!p) break;
        p++;
    }
}

static void feed(struct conn *c, int sub) {
    if (redis) { feed_redis(c, sub); return; }
    int k = recv(c->fd, c->buf + c->got, sizeof c->buf - 1 - c->got, 0);
    if (k <= 0) { fprintf(stderr, "the server closed connection %d: %.*s\n", c->id, c->got, c->buf); exit(1); }
    c->got += k;
    c->buf[c->got] = 0;
    char *p = c->buf, *e;
    for (; (e = strchr(p, '\n')); p = e + 1) {
        if (!strncmp(p, expect, strlen(expect))) released++;
        else if (!strncmp(p, "PING ", 5)) { p[1] = 'O'; put(c->fd, p, e + 1 - p); }
        else if (!strncmp(p, "BAD", 3) || !strncmp(p, "BROKEN", 6)) { fprintf(stderr, "%.*s\n", (int)(e - p), p); exit(1); }
    }
    c->got -= p - c->buf;
    memmove(c->buf, p, c->got);
}

static void pump(int timeout) {
    int k = epoll_wait(ep, evs, 512, timeout);
    for (int i = 0; i < k; i++) feed(&C[evs[i].data.u64 >> 1], evs[i].data.u64 & 1);
}

static void await(int fd, const char *text) {
    char b[4096];
    int g = 0;
    while (!memmem(b, g, text, strlen(text))) {
        int k = recv(fd, b + g, sizeof b - g, 0);
        if (k <= 0) { fprintf(stderr, "no '%s' but %.*s\n", text, g, b); exit(1); }
        g += k;
    }
}

static void add(int i) {
    struct conn *c = &C[i];
    char b[512];
    c->id = i;
    c->fd = dial();
    struct epoll_event ev = { .events = EPOLLIN, .data.u64 = (unsigned long long)i << 1 };
    if (redis) {
        c->sub = dial();
        put(c->sub, b, sprintf(b, "SUBSCRIBE ch%d\r\n", getpid()));
        await(c->sub, ":1\r\n");
    } else if (*hello) {
        put(c->fd, b, fill(b, hello, c));
        await(c->fd, "\nOK");
    }
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
    if (redis) { ev.data.u64 |= 1; epoll_ctl(ep, EPOLL_CTL_ADD, c->sub, &ev); }
}

static long resident(void) {
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%s/status", getenv("PROBE_PID") ? getenv("PROBE_PID") : "self");
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) sscanf(line, "VmRSS: %ld", &kib);
    if (f) fclose(f);
    return kib;
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    redis = !strcmp(argv[1], "redis");
    port = atoi(argv[2]);
    if (!redis) { hello = argv[3]; sendfmt = argv[4]; expect = argv[5]; }
    n = atoi(argv[argc - 1]);
    int tight = atoi(argv[argc - 2]), settled = atoi(argv[argc - 3]);
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
    ep = epoll_create1(0);
    C = calloc(n, sizeof *C);
    long before = resident();
    for (int i = 0; i < n; i++) add(i);
    double *lat = malloc((settled + tight + 1) * sizeof *lat);
    long after = before;
    for (int r = 0; r < settled; r++) {
        round_no++; released = 0;
        for (int i = 0; i < n - 1; i++) { enter(&C[i]); pump(0); }
        for (double end = now() + 20 + n / 10; now() < end;) pump(1);   // everything sent has been read by then
        if (released) { fprintf(stderr, "released early\n"); return 1; }
        if (r == 0) after = resident();
        double a = now();
        enter(&C[n - 1]);
        while (released < n) pump(-1);
        lat[r] = now() - a;
    }
    qsort(lat, settled, sizeof *lat, cmp);
    double release = lat[settled / 2], best = lat[settled / 10];
    double start = now();
    for (int r = 0; r < tight; r++) {
        round_no++; released = 0;
        for (int i = 0; i < n; i++) enter(&C[i]);
        while (released < n) pump(-1);
    }
    double total = now() - start;
    printf("%.5f %.5f %.3f %ld\n", release, best, tight / total * 1e3, (after - before) * 1024 / n);
    return 0;
}
