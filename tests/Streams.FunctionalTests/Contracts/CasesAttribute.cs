using System.Reflection;
using Xunit.Sdk;

namespace Streams.FunctionalTests.Contracts;

/// <summary>The names of all cases for a kind of stream with these capabilities, as rows of a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CasesAttribute(Capabilities capabilities) : DataAttribute
{
    public static IEnumerable<string> For(Capabilities capabilities) =>
        from method in typeof(StreamContract).GetMethods()
        let entry = method.GetCustomAttribute<CaseAttribute>()
        where entry is not null && (entry.Needs & capabilities) == entry.Needs && (entry.Without & capabilities) == Capabilities.None
        orderby method.Name
        select method.Name;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => For(capabilities).Select(name => new object[] { new ContractCase(name) });
}
