namespace VodPreheat.Client.Journal;

/// <summary>The location of the journal of this machine.</summary>
/// <param name="Folder">The folder; null if the journal is turned off, or the system reports no folder for it.</param>
/// <param name="IsNamed">Whether the user specified it: then it must be writable before anything is sent.</param>
/// <param name="Problem">Why there is no folder although the journal is not turned off; else null.</param>
internal readonly record struct JournalLocation(string? Folder, bool IsNamed, string? Problem = null)
{
    /// <summary>The environment variable that specifies a folder, or "off".</summary>
    public const string Variable = "VODPREHEAT_JOURNAL";

    private const string FolderName = "journal";

    /// <summary>What it is called in a message.</summary>
    public string Name => Folder is null ? "The journal" : $"The journal {Folder}";

    /// <summary>The location that the environment specifies, else the default of the system.</summary>
    public static JournalLocation Find(Func<string, string?> readVariable)
    {
        if (readVariable(Variable)?.Trim() is { Length: > 0 } named)
        {
            return named.Equals("off", StringComparison.OrdinalIgnoreCase) ? new JournalLocation(Folder: null, IsNamed: true)
                : !Path.IsPathFullyQualified(named) ? new JournalLocation(Folder: null, IsNamed: true, $"{Variable} is '{named}', which is not a full path")
                : File.Exists(named) ? new JournalLocation(Folder: null, IsNamed: true, $"{Variable} is '{named}', which is a file, not a folder")
                : new JournalLocation(named, IsNamed: true);
        }

        return In(OperatingSystem.IsWindows() ? WindowsFolder(readVariable)
            : OperatingSystem.IsMacOS() ? MacFolder(readVariable)
            : LinuxFolder(readVariable));
    }

    /// <summary>The default in a folder of the system; null if the system reports none.</summary>
    internal static JournalLocation In(string? folder) => folder is null
        ? new JournalLocation(Folder: null, IsNamed: false, "the system reports no folder for this user")
        : new JournalLocation(Path.Combine(folder, nameof(VodPreheat), FolderName), IsNamed: false);

    /// <summary>%LOCALAPPDATA%.</summary>
    internal static string? WindowsFolder(Func<string, string?> readVariable) =>
        Absolute(readVariable("LOCALAPPDATA")) ?? Absolute(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));

    /// <summary>~/Library/Application Support.</summary>
    internal static string? MacFolder(Func<string, string?> readVariable) =>
        Home(readVariable) is { } home ? Path.Combine(home, "Library", "Application Support") : null;

    /// <summary>$XDG_STATE_HOME, else ~/.local/state. Source: XDG Base Directory Specification, which ignores relative paths.</summary>
    internal static string? LinuxFolder(Func<string, string?> readVariable) =>
        Absolute(readVariable("XDG_STATE_HOME")) ?? (Home(readVariable) is { } home ? Path.Combine(home, ".local", "state") : null);

    // A service may have no HOME; then the user database is used.
    private static string? Home(Func<string, string?> readVariable) =>
        Absolute(readVariable("HOME")) ?? Absolute(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    private static string? Absolute(string? path) => Path.IsPathFullyQualified(path ?? string.Empty) ? path : null;
}
