namespace Streams;

/// <summary>A figure that a block measured.</summary>
public sealed record BlockMeasurement
{
    internal BlockMeasurement()
    {
    }

    /// <summary>What was measured. Safe to print.</summary>
    public required string Name { get; init; }

    /// <summary>The figure; may be infinite or no number.</summary>
    public required double Value { get; init; }

    /// <summary>Its unit; empty: none. Safe to print.</summary>
    public required string Unit { get; init; }

    /// <summary>Name, value and unit: <c>throughput 941.5 Mbit/s</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name} {Value}{(Unit.Length > 0 ? " " : "")}{Unit}");
}
