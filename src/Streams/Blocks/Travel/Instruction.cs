using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Streams.Blocks.Travel;

/// <summary>One IL instruction; <see cref="Token"/> is 0 if it names no member.</summary>
internal readonly record struct Instruction(OpCode Code, int Token)
{
    private static readonly FrozenDictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(static code => code.Value);

    public bool IsCall => Code == OpCodes.Call || Code == OpCodes.Callvirt || Code == OpCodes.Newobj;

    public static List<Instruction> Read(byte[] il)
    {
        var instructions = new List<Instruction>();
        for (var position = 0; position < il.Length;)
        {
            short value = il[position++];
            if (value == 0xFE)
                value = unchecked((short)(0xFE00 | il[position++]));
            var code = Codes[value];
            var isToken = code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType;
            instructions.Add(new Instruction(code, isToken ? BitConverter.ToInt32(il, position) : 0));
            position += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, position)),
                _ => 4,
            };
        }

        return instructions;
    }
}
