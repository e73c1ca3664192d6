namespace Streams.Blocks.Values;

/// <summary>An array of any rank; those of primitives in bulk.</summary>
internal sealed class ArrayCodec(Type type) : Codec(type)
{
    private readonly Type _element = type.GetElementType()!;
    private readonly IBulkCodec? _bulk = type.GetElementType()!.IsPrimitive ? Codecs.Find(type.GetElementType()!) as IBulkCodec : null;

    public override void WriteHead(GraphWriter writer, object value)
    {
        var array = (Array)value;
        for (var dimension = 0; dimension < array.Rank; dimension++)
        {
            if (array.GetLowerBound(dimension) != 0)
                throw writer.Refuse(Type, "does not begin at index 0");
            writer.Heads.Count(array.GetLength(dimension));
        }
    }

    public override object Create(GraphReader reader)
    {
        long total = 1;
        var lengths = new int[Type.GetArrayRank()];
        for (var dimension = 0; dimension < lengths.Length; dimension++)
        {
            lengths[dimension] = reader.In.Count();
            total = checked(total * lengths[dimension]);
        }

        reader.Spend(total);
        return lengths.Length == 1 ? Array.CreateInstance(_element, lengths[0]) : Array.CreateInstance(_element, lengths);
    }

    public override void WriteBody(GraphWriter writer, object value)
    {
        var array = (Array)value;
        if (_bulk is not null)
        {
            _bulk.WriteAll(writer, array);
            return;
        }

        var index = 0;
        foreach (var element in array)
            writer.Slot(_element, element, index++);
    }

    public override void Fill(GraphReader reader, object target)
    {
        var array = (Array)target;
        if (_bulk is not null)
        {
            _bulk.ReadAll(reader, array);
            return;
        }

        if (array.Rank == 1)
        {
            for (var i = 0; i < array.Length; i++)
                array.SetValue(reader.Slot(_element), i);
            return;
        }

        var position = new int[array.Rank];
        for (long left = array.LongLength; left > 0; left--)
        {
            array.SetValue(reader.Slot(_element), position);
            for (var dimension = position.Length - 1; dimension >= 0 && ++position[dimension] == array.GetLength(dimension); dimension--)
                position[dimension] = 0;
        }
    }
}
