using System.Diagnostics;
using System.Text;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.UnitTests.Credentials;

public sealed class SecretFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vodpreheat");

    private string Path => System.IO.Path.Combine(_folder.FullName, "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_read_and_its_bytes_are_overwritten_afterwards()
    {
        File.WriteAllText(Path, "s3cret");
        ArraySegment<byte> kept = default;
        Assert.Equal("s3cret", SecretFile.Read(Path, "file", 6, bytes =>
        {
            kept = bytes;
            return Encoding.UTF8.GetString(bytes);
        }));
        Assert.Equal(new byte[6], kept.ToArray());
        Assert.Throws<InvalidOperationException>(() => SecretFile.Read<string>(Path, "file", 6, bytes =>
        {
            kept = bytes;
            throw new InvalidOperationException();
        }));
        Assert.Equal(new byte[6], kept.ToArray());
    }

    [Fact]
    public void A_file_that_is_locked_is_an_error()
    {
        using FileStream locked = new(Path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        VodClientException failure = Assert.Throws<VodClientException>(() => Read(Path));
        Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
        Assert.Contains($"{Path} cannot be read: ", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_another_program_reads_can_be_read()
    {
        File.WriteAllText(Path, "text");
        using FileStream other = new(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Assert.Equal("text", Read(Path));
    }

    [Fact]
    public void A_missing_file_returns_nothing()
    {
        Assert.Null(Read(Path));
        Assert.Null(Read(System.IO.Path.Combine(Path, "deeper")));
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read_completely()
    {
        using (FileStream stream = File.Create(Path))
        {
            stream.SetLength(3L * 1024 * 1024 * 1024);
        }

        AssertRefused(Path, "larger than 64 KiB");
        File.WriteAllBytes(Path, new byte[64 * 1024]);
        Assert.Equal(64 * 1024, Read(Path)!.Length);
    }

    [Fact]
    public void A_folder_is_refused() => AssertRefused(_folder.FullName, "cannot be read");

    [Fact]
    public void A_link_to_a_file_is_followed()
    {
        Unix();
        File.WriteAllText(Path, "text");
        string link = Path + "-link";
        File.CreateSymbolicLink(link, Path);
        Assert.Equal("text", Read(link));
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("/dev/tty")]
    public void A_device_is_refused(string path)
    {
        Unix();
        AssertRefused(path, "not a regular file");
    }

    [Fact]
    public async Task A_pipe_is_refused_immediately_also_as_the_target_of_a_link()
    {
        Unix();
        using (Process make = Process.Start("mkfifo", [Path]))
        {
            await make.WaitForExitAsync();
            Assert.Equal(0, make.ExitCode);
        }

        File.CreateSymbolicLink(Path + "-link", Path);

        // To open a pipe waits for its other end, which nobody opens here.
        await Task.Run(() =>
        {
            AssertRefused(Path, "not a regular file");
            AssertRefused(Path + "-link", "not a regular file");
        }).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Type_mode_and_owner_of_a_file_are_known_on_Unix()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Only on Unix.");
            return;
        }

        File.WriteAllText(Path, "text");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Equal(new UnixFileStatus(true, UnixFileMode.UserRead | UnixFileMode.OtherWrite, UnixFileStatus.CurrentUser), UnixFileStatus.Of(Path));
        Assert.Equal((false, 0u), (UnixFileStatus.Of("/dev/null")!.Value.IsRegular, UnixFileStatus.Of("/dev/null")!.Value.Owner));
        Assert.Null(UnixFileStatus.Of(Path + "-none"));
    }

    private static void Unix()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Only on Unix.");
        }
    }

    private static string? Read(string path) => SecretFile.Read(path, "file", 64 * 1024, static bytes => Encoding.UTF8.GetString(bytes));

    private static void AssertRefused(string path, string expected)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => Read(path));
        Assert.Equal((ErrorIds.CredentialInvalid, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.Contains(path, failure.What, StringComparison.Ordinal);
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
    }
}
