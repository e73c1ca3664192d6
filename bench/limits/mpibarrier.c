// MPI_Barrier, measured as barrierc measures servers: mpirun -n N mpibarrier SETTLED TIGHT
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec / 1e6; }
static int cmp(const void *a, const void *b) { double d = *(double *)a - *(double *)b; return d < 0 ? -1 : d > 0; }
int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int me, n, s = atoi(argv[1]), t = atoi(argv[2]), R = s + t;
    MPI_Comm_rank(MPI_COMM_WORLD, &me); MPI_Comm_size(MPI_COMM_WORLD, &n);
    double *arr = calloc(R, 8), *rel = calloc(R, 8), *ma = calloc(R, 8), *mr = calloc(R, 8), *mn = calloc(R, 8);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int r = 0; r < R; r++) {
        if (r < s && me == n - 1) usleep(30000);      // the others wait already
        arr[r] = now();
        MPI_Barrier(MPI_COMM_WORLD);
        rel[r] = now();
    }
    MPI_Reduce(arr, ma, R, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    MPI_Reduce(rel, mr, R, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    MPI_Reduce(arr, mn, R, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    if (!me) {
        double *l = calloc(R, 8);
        for (int r = 0; r < R; r++) l[r] = mr[r] - ma[r];
        double total = mr[R - 1] - mn[s];
        qsort(l, s, 8, cmp); qsort(l + s, t, 8, cmp);
        printf("{\"release_ms\": %.5f, \"release_p95_ms\": %.5f, \"tight_ms\": %.5f, \"per_s\": %.2f}\n",
               l[s / 2], l[s * 95 / 100], l[s + t / 2], t / total * 1e3);
    }
    MPI_Finalize();
    return 0;
}
