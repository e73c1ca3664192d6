using Xunit.Abstractions;

namespace Streams.FunctionalTests.Contracts;

/// <summary>One case as a row of a theory: its name reads like the sentence that it is, whole.</summary>
public sealed class ContractCase : IXunitSerializable
{
    private string _method = "";

    /// <summary>For xunit, which fills it in.</summary>
    public ContractCase()
    {
    }

    public ContractCase(string method) => _method = method;

    public Task RunAsync(StreamContract contract) => (Task)contract.GetType().GetMethod(_method)!.Invoke(contract, null)!;

    public void Deserialize(IXunitSerializationInfo info) => _method = info.GetValue<string>(nameof(_method));

    public void Serialize(IXunitSerializationInfo info) => info.AddValue(nameof(_method), _method);

    public override string ToString() => _method.Replace('_', ' ');
}
