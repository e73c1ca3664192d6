using System.Diagnostics;
using Streams.FunctionalTests.Bootstrap;
using Streams.Hosts;
using Streams.Remoting;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Hosts;

/// <summary>What many hosts at once cost.</summary>
[Collection(BadHostsCollection.Name)]
public sealed class ManyHostsTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly Starter _starter = new();

    public void Dispose() => _starter.Dispose();

    [NeedsFact(SshHosts.Needed)]
    public async Task Dead_hosts_cost_one_time_limit_however_many_they_are()
    {
        var limit = TimeSpan.FromSeconds(2);
        var network = hosts.Bed["dotnet"].Address[..(hosts.Bed["dotnet"].Address.LastIndexOf('.') + 1)];
        // Nobody has these addresses of the bed's own network.
        var dead = Enumerable.Range(100, 30).Select(number => new SshConnector(
            StreamHost.Parse($"root@{network}{number}"), new SshOptions { ConfigFile = hosts.Bed.SshConfig, ConnectTimeout = limit }));
        var clock = Stopwatch.StartNew();
        var failures = await Task.WhenAll(dead.Select(connector => Assert.ThrowsAsync<HostConnectException>(() => Starter.StartAsync(connector, _starter.Bundles))));
        output.WriteLine($"30 dead hosts: {clock.Elapsed.TotalSeconds:0.0} s at a limit of {limit.TotalSeconds} s");
        Assert.All(failures, failure => Assert.True(failure.Failure is HostFailure.TimedOut or HostFailure.ConnectionRefused, failure.Message));
        // Six at a time would take five limits.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, limit * 4);
    }

    [Fact]
    public async Task Six_logins_run_at_once_and_no_more()
    {
        var counter = new CountingConnector();
        using var stop = new CancellationTokenSource();
        var starts = Enumerable.Range(0, 20).Select(_ => Bootstrapper.StartAsync(counter, _starter.Bundles, Starter.WithoutDotnet, stop.Token)).ToList();
        await Eventually.True(() => counter.Running >= LoginGate.Width);
        await stop.CancelAsync();
        foreach (var start in starts)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.InRange(counter.Most, 1, LoginGate.Width);
    }

    /// <summary>Logins that take for ever. The gate is the process's, so others may be in it too.</summary>
    private sealed class CountingConnector : IHostConnector
    {
        private readonly Lock _gate = new();

        public string Host => "slow";

        public int Running { get; private set; }

        public int Most { get; private set; }

        public async Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
                Most = Math.Max(Most, ++Running);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                throw new InvalidOperationException();
            }
            finally
            {
                lock (_gate)
                    Running--;
            }
        }
    }
}
