using System.Globalization;
using System.Security.Cryptography;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// Reads a small file that contains a secret. Regular files only: opening a pipe waits for its other end, where nothing can
/// cancel it, and a device may never end.
/// </summary>
internal static class SecretFile
{
    /// <summary>Converts the bytes of the file, which are wiped afterwards; null if there is no such file.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="name">What the file is, for messages.</param>
    /// <param name="maxBytes">The largest file that is read.</param>
    /// <param name="read">Converts the bytes.</param>
    /// <exception cref="VodClientException">VodCredentialInvalid: not a regular file, too large, or not readable.</exception>
    public static T? Read<T>(string path, string name, int maxBytes, Func<ArraySegment<byte>, T> read)
        where T : class
    {
        byte[] buffer = [];
        try
        {
            if (UnixFileStatus.Of(path) is { IsRegular: false })
            {
                throw Unreadable(path, name, "it is not a regular file.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!stream.CanSeek)
            {
                throw Unreadable(path, name, "it is not a regular file.");
            }

            // Pinned: the garbage collector would leave copies behind when it moves the array.
            buffer = GC.AllocateUninitializedArray<byte>(maxBytes + 1, pinned: true);
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= maxBytes
                ? read(new ArraySegment<byte>(buffer, 0, length))
                : throw Unreadable(path, name, string.Create(CultureInfo.InvariantCulture, $"it is larger than {maxBytes / 1024} KiB."));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, name, error.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static VodClientException Unreadable(string path, string name, string problem) =>
        InvalidCredential.Given($"The {name} {path} cannot be read: {problem}", "Specify a regular file that this user can read.");
}
