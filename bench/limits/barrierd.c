// The limit: a barrier server with one thread and epoll, nothing else.
// A line "NAME COUNT\n" enters; when COUNT clients are in, each gets "ok\n".
// barrierd: prints the port that it listens on (127.0.0.1) and serves until killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct bar { char name[64]; int want, in; int *fd; struct bar *next; };
#define H 1024
static struct bar *tab[H];
static unsigned hash(const char *s) { unsigned h = 5381; while (*s) h = h * 33 + (unsigned char)*s++; return h % H; }

static void enter(int fd, const char *name, int want) {
    unsigned h = hash(name);
    struct bar **p = &tab[h], *b;
    while ((b = *p) && strcmp(b->name, name)) p = &b->next;
    if (!b) {
        b = calloc(1, sizeof *b);
        snprintf(b->name, sizeof b->name, "%s", name);
        b->want = want;
        b->fd = malloc(want * sizeof(int));
        b->next = tab[h]; tab[h] = b;
        p = &tab[h];
    }
    b->fd[b->in++] = fd;
    if (b->in < b->want) return;
    for (int i = 0; i < b->in; i++)
        if (send(b->fd[i], "ok\n", 3, MSG_NOSIGNAL) != 3) perror("send");
    *p = b->next;
    free(b->fd); free(b);
}

int main(void) {
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
    int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t al = sizeof a;
    if (bind(l, (void *)&a, sizeof a) || listen(l, 4096)) { perror("listen"); return 1; }
    getsockname(l, (void *)&a, &al);
    printf("%d\n", ntohs(a.sin_port)); fflush(stdout);
    int ep = epoll_create1(0);
    struct epoll_event ev = { .events = EPOLLIN, .data.fd = l }, evs[512];
    epoll_ctl(ep, EPOLL_CTL_ADD, l, &ev);
    for (;;) {
        int n = epoll_wait(ep, evs, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = evs[i].data.fd;
            if (fd == l) {
                int c = accept4(l, NULL, NULL, SOCK_NONBLOCK);
                if (c < 0) { perror("accept"); continue; }
                setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                ev.data.fd = c;
                epoll_ctl(ep, EPOLL_CTL_ADD, c, &ev);
                continue;
            }
            char b[512];
            int k = recv(fd, b, sizeof b - 1, 0);     // a client has one short line in flight
            if (k <= 0) { close(fd); continue; }
            b[k] = 0;
            char name[64]; int want;
            if (sscanf(b, "%63s %d", name, &want) == 2) enter(fd, name, want);
        }
    }
}
