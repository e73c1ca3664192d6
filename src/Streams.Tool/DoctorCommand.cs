using Streams.Remoting;

namespace Streams.Tool;

/// <summary><c>streams doctor</c>: examines hosts side by side, then whom each of them reaches.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(ToolArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var hosts = arguments.Hosts.Select(StreamHost.Find).ToList();
        var patients = await Task.WhenAll(hosts.Select((host, index) => Patient.ExamineAsync(arguments.Hosts[index], host, arguments.Ssh, cancellationToken))).ConfigureAwait(false);
        try
        {
            foreach (var patient in patients)
                await output.WriteLineAsync(patient.Report).ConfigureAwait(false);
            if (patients.Count(patient => patient.Address is not null) > 1)
                await output.WriteLineAsync(await ReachabilityAsync(patients, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return patients.All(patient => patient.IsWell) ? ToolProgram.AllIsWell : ToolProgram.HostHasTrouble;
        }
        finally
        {
            foreach (var patient in patients)
                await patient.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A row for each host that can be asked, a column for each that has an address. That a host does not reach another one is
    /// told and is no failure: whether a test needs it is the test's affair.
    /// </summary>
    private static async Task<string> ReachabilityAsync(IReadOnlyList<Patient> patients, CancellationToken cancellationToken)
    {
        var targets = patients.Where(patient => patient.Address is not null).ToList();
        var rows = await Task.WhenAll(patients.Where(patient => patient.CanBeAsked).Select(async patient =>
        {
            var cells = new List<string> { patient.Name };
            foreach (var target in targets)
                cells.Add(target == patient ? "-" : await patient.ReachesAsync(target, cancellationToken).ConfigureAwait(false));
            return cells;
        })).ConfigureAwait(false);
        List<string>[] table = [["", .. targets.Select(target => target.Name)], .. rows];
        var widths = Enumerable.Range(0, targets.Count + 1).Select(column => table.Max(row => row[column].Length)).ToList();
        var lines = table.Select(row => "  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return $"whether each (row) can connect to each other's ssh port (column)\n{string.Join('\n', lines)}";
    }
}
