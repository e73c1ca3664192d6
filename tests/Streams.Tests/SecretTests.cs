using System.Text.Json;

namespace Streams.Tests;

public sealed class SecretTests
{
    private const string Text = "correct horse battery";

    [Fact]
    public void Secret_never_prints()
    {
        using var secret = new Secret(Text);
        Assert.Equal("***", $"{secret}");
        Assert.Equal("***", string.Format(System.Globalization.CultureInfo.InvariantCulture, "{0}", secret));
        Assert.Equal("""{"Name":"x","Word":"***"}""", JsonSerializer.Serialize(new { Name = "x", Word = secret }));
        Assert.DoesNotContain(Text, new SshOptions { Password = secret, PassPhrase = secret }.ToString(), StringComparison.Ordinal);
        Assert.Equal(Text, secret.Reveal());
    }

    [Fact]
    public void Secret_is_overwritten_when_disposed()
    {
        var secret = new Secret(Text);
        var kept = (char[])typeof(Secret).GetField("_value", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(secret)!;
        secret.Dispose();
        Assert.All(kept, character => Assert.Equal('\0', character));
        Assert.Throws<ObjectDisposedException>(secret.Reveal);
    }

    [Fact]
    public void Empty_secret_is_refused() => Assert.Throws<ArgumentException>(() => new Secret(""));

    [Fact]
    public async Task Block_captures_a_secret_only_if_it_may_travel()
    {
        using var results = new TempDirectory();
        using var stays = new Secret(Text);
        using var travels = new Secret(Text) { MayTravel = true };
        await using var streams = new StreamCollection(options: new StreamCollectionOptions { ResultsRoot = results.Root });
        var stream = streams.Add("local");

        var refusal = Assert.Throws<BlockNotSendableException>(() => stream.RunBg(() => stays.Reveal().Length));
        var length = await stream.RunFgAsync(() => travels.Reveal().Length).DefaultTimeout();
        var home = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(() => travels)).DefaultTimeout();

        Assert.Contains("MayTravel", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Text.Length, length);
        Assert.Contains("never sent back", home.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Text, refusal.Message + home.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(results.Root, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock"), file => File.ReadAllText(file).Contains(Text, StringComparison.Ordinal));
    }
}
