using Streams.Sync;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Turns an exception into plain, bounded data. Survives exceptions whose own members throw.</summary>
internal static class ErrorTrees
{
    private const int MaxInner = 64;

    private static readonly string[] Assertions =
    [
        "Xunit.Sdk.IAssertionException", "Xunit.Sdk.XunitException", "NUnit.Framework.AssertionException", "NUnit.Framework.MultipleAssertException",
        "Microsoft.VisualStudio.TestTools.UnitTesting.UnitTestAssertException", "Shouldly.ShouldAssertException", "FluentAssertions.Execution.AssertionFailedException",
    ];

    public static ErrorTree Of(Exception exception)
    {
        var budget = MaxInner;
        return Of(Simplest(exception), [], ref budget);
    }

    /// <summary>An aggregate of one, and the wrapper of a reflective call, say nothing of their own.</summary>
    public static Exception Simplest(Exception exception)
    {
        for (var depth = 0; depth < WireLimits.MaxErrorDepth; depth++)
        {
            if (exception is AggregateException { InnerExceptions.Count: 1 } aggregate)
                exception = aggregate.InnerExceptions[0];
            else if (exception is System.Reflection.TargetInvocationException { InnerException: { } inner })
                exception = inner;
            else
                break;
        }

        return exception;
    }

    /// <param name="exception">The exception.</param>
    /// <param name="above">Those that it is within, outermost first.</param>
    /// <param name="budget">How many more there may be in the whole tree.</param>
    private static ErrorTree Of(Exception exception, List<Exception> above, ref int budget)
    {
        var tree = new ErrorTree
        {
            Type = exception.GetType().FullName ?? exception.GetType().Name,
            Message = Read(exception, static exception => exception.Message),
            StackTrace = Read(exception, static exception => exception.StackTrace),
            IsAssertion = IsAssertion(exception.GetType()),
        };
        if (exception is BarrierBrokenException barrier)
        {
            tree.IsBarrier = true;
            tree.Barrier = Bounded(barrier.Barrier);
        }

        above.Add(exception);
        foreach (var inner in InnerOf(exception))
        {
            var same = above.FindIndex(outer => ReferenceEquals(outer, inner));
            if (same >= 0 || above.Count >= WireLimits.MaxErrorDepth || budget-- <= 0)
            {
                var why = same < 0 ? "deeper inner exceptions left out" : same == above.Count - 1 ? "its inner exception is itself" : $"its inner exception is the {inner.GetType().Name} above again: a circle";
                tree.Message = $"{Bounded(tree.Message, why.Length)} [{why}]";
                break;
            }

            tree.Inner.Add(Of(inner, above, ref budget));
        }

        above.RemoveAt(above.Count - 1);
        return tree;
    }

    private static IEnumerable<Exception> InnerOf(Exception exception)
    {
        try
        {
            if (exception is AggregateException aggregate)
                return aggregate.Flatten().InnerExceptions;
            return exception.InnerException is { } inner ? new[] { inner } : [];
        }
        catch (Exception)
        {
            // Flattening a tree with cycles, or an overridden member: then it has none that can be told.
            return [];
        }
    }

    private static string Read(Exception exception, Func<Exception, string?> member)
    {
        try
        {
            return Bounded(member(exception) ?? "");
        }
        catch (Exception broken)
        {
            // The author's override threw; which one is worth more than nothing.
            return $"[its text could not be read: {broken.GetType().FullName}]";
        }
    }

    private static string Bounded(string text, int reserved = 0)
    {
        var room = WireLimits.MaxErrorText - 100 - reserved;
        if (text.Length <= room)
            return WellFormed(text);
        var end = char.IsHighSurrogate(text[room - 1]) ? room - 1 : room;
        return WellFormed($"{text.AsSpan(0, end)} [{text.Length - end:N0} more characters left out]");
    }

    /// <summary>Protobuf refuses lone surrogates.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static bool IsAssertion(Type type)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (Array.IndexOf(Assertions, level.FullName) >= 0)
                return true;
        }

        return Array.Exists(type.GetInterfaces(), static role => role.Name == "IAssertionException");
    }
}
