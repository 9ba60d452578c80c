using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>
/// Get-VodPreheatTask: the submissions of this machine, from its journal, oldest first; those that can be queried on the connection,
/// if there is one. Nothing is sent.
/// </summary>
[Cmdlet(VerbsCommon.Get, "VodPreheatTask", HelpUri = VodCmdlet.HelpRoot + "Get-VodPreheatTask.md")]
[OutputType(typeof(PreheatTask))]
public sealed class GetVodPreheatTaskCommand : VodCmdlet
{
    private WildcardPattern[] _patterns = [];

    /// <summary>Only these tasks.</summary>
    [Parameter(Position = 0, HelpMessage = "Specifies the IDs of the tasks to get.")]
    [ValidateNotNullOrEmpty]
    [Alias("task_id")]
    [TextInput(nameof(TaskId))]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string[]? TaskId { get; set; }

    /// <summary>Only submissions with one of these URLs; wildcards are allowed, and case is ignored.</summary>
    [Parameter(HelpMessage = "Specifies URLs: the cmdlet gets the submissions with at least one URL that matches.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [TextInput(nameof(Url))]
    public string[]? Url { get; set; }

    /// <summary>Only submissions at this time or later.</summary>
    [Parameter(HelpMessage = "Specifies a date and time: the cmdlet gets submissions that were sent at this time or later.")]
    [PointInTime]
    public DateTimeOffset After { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Only submissions before this time.</summary>
    [Parameter(HelpMessage = "Specifies a date and time: the cmdlet gets submissions that were sent before this time.")]
    [PointInTime]
    public DateTimeOffset Before { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Only this many of the newest submissions.</summary>
    [Parameter(HelpMessage = "Specifies the number of submissions to get, from the newest of those that match.")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <summary>The connection whose submissions are written, instead of the default.</summary>
    [Parameter(HelpMessage = "Specifies the connection to use, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public VodConnection? Connection { get; set; }

    /// <summary>The submissions of this machine to every endpoint and project.</summary>
    [Parameter(HelpMessage = "Indicates that the cmdlet gets the submissions of this machine to all endpoints and projects.")]
    public SwitchParameter AllProjects { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        VodConnection? connection = AllProjects ? null : Connection ?? FindDefaultConnection();
        if (connection is { Client: null })
        {
            ThrowTerminatingError(ErrorRecords.ConnectionNotLive(connection));
        }

        TaskId = TextsOf(TaskId, nameof(TaskId));
        Url = TextsOf(Url, nameof(Url));
        VodClient? client = connection?.Client;
        SubmissionJournal journal = client?.Journal ?? SubmissionJournal.OfThisMachine();
        _patterns = [.. (Url ?? []).SelectMany(static url => new[] { PatternOf(url.Trim()), PatternOf(WildcardPattern.Escape(url.Trim())) }).OfType<WildcardPattern>()];
        try
        {
            foreach (Submission submission in journal.OldestFirst(submission => client?.Owns(submission) != false && IsWanted(submission), Last, Context))
            {
                WriteObject(new PreheatTask(submission));
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target: null, subject: null));
        }
        finally
        {
            ShowMessages();
        }
    }

    /// <summary>The texts of a parameter, without objects that have none, which are reported.</summary>
    private string[]? TextsOf(string[]? bound, string property)
    {
        foreach (string textless in (bound ?? []).Where(static item => TextlessObject.Of(item) is not null))
        {
            WriteErrorIfAny(ErrorOf(textless, property));
        }

        return bound is null ? null : [.. bound.Where(static item => TextlessObject.Of(item) is null)];
    }

    private bool IsWanted(Submission submission) => submission.Outcome != SubmissionOutcome.Refused
        && submission.SubmittedAt >= After
        && submission.SubmittedAt < Before
        && (TaskId is null || TaskId.Any(id => string.Equals(id?.Trim(), submission.TaskId, StringComparison.Ordinal)))
        && (Url is null || submission.Urls.Any(url => Array.Exists(_patterns, pattern => pattern.IsMatch(url))));

    // A URL can contain wildcard characters such as '[': it is also compared literally, and may not be a valid pattern.
    private static WildcardPattern? PatternOf(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        try
        {
            _ = pattern.IsMatch(string.Empty);
            return pattern;
        }
        catch (WildcardPatternException)
        {
            return null;
        }
    }
}
