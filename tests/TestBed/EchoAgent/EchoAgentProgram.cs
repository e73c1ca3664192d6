using System.Globalization;
using Microsoft.AspNetCore.Http;

// Says what it was started with, then gives back every byte until its input ends.
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
var greeting = $"""
    arguments={string.Join('|', args)}
    web={typeof(HttpContext).Assembly.GetName().Version}
    culture={CultureInfo.CurrentCulture.Name}
    runtime={Environment.Version}
    pid={Environment.ProcessId}

    """;
output.Write(System.Text.Encoding.UTF8.GetBytes(greeting + "---\n"));
output.Flush();
input.CopyTo(output);
