using System.Collections;
using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that can be stopped at any time: Ctrl+C calls StopProcessing, a downstream stop only Dispose.</summary>
public abstract class VodCmdlet : PSCmdlet, IDisposable
{
    /// <summary>The folder on the web with a page per cmdlet, for Get-Help -Online.</summary>
    internal const string HelpRoot = "https://github.com/vodpreheat/VodPreheat/blob/main/docs/";

    // How often warnings and trace lines are shown while the pipeline thread waits for an answer.
    private static readonly TimeSpan s_messageInterval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private InvocationContext? _context;
    private DelayedProgressBar? _progress;

    /// <summary>What the requests of this invocation share.</summary>
    private protected InvocationContext Context => _context ??= new InvocationContext(_stop.Token) { IsTraced = IsVerbose };

    /// <summary>The User-Agent header. Not the version of the host, which in an editor is the editor's.</summary>
    private protected string UserAgent =>
        $"VodPreheat/{typeof(VodCmdlet).Assembly.GetName().Version!.ToString(3)} " +
        $"PowerShell/{((IDictionary)SessionState.PSVariable.GetValue("PSVersionTable"))["PSVersion"]}";

    /// <summary>Whether the first error that is written ends the command, so that everything after it would be lost.</summary>
    private protected bool IsStoppedByErrors => ErrorAction == ActionPreference.Stop;

    /// <summary>Whether verbose lines are shown.</summary>
    private protected bool IsVerbose => PreferenceOf("Verbose", "VerbosePreference") switch
    {
        SwitchParameter verbose => verbose,
        var preference => preference is not ActionPreference.SilentlyContinue,
    };

    private ActionPreference ErrorAction =>
        LanguagePrimitives.TryConvertTo(PreferenceOf("ErrorAction", "ErrorActionPreference"), out ActionPreference action) ? action : ActionPreference.Continue;

    /// <summary>Cancels all requests of this invocation.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels all requests of this invocation.</summary>
    protected virtual void Dispose(bool disposing)
    {
        // Not disposed: requests that are just ending still use the token.
        _stop.Cancel();
        if (!Stopping)
        {
            // Also if a downstream command stops the pipeline, or an error ends the command.
            _progress?.Complete();
        }
    }

    /// <summary>Cancels all requests of this invocation.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>The error for an invalid item of a parameter: one for all objects that lack the property and have the same ones.</summary>
    /// <param name="item">The text, or the placeholder of an object without one.</param>
    /// <param name="property">The name of the parameter, and of the property that such an object lacks.</param>
    /// <returns>Null if it was returned for such an object before.</returns>
    private protected ErrorRecord? ErrorOf(string? item, string property) =>
        TextlessObject.Of(item) is not { } input ? ErrorRecords.Invalid(property, item)
        : input.Has(property) ? ErrorRecords.Invalid(property, input.Source)
        : _reported.Add(input.Description) ? ErrorRecords.InvalidInput(input.Source, property, input.Description, input.Hint(property))
        : null;

    /// <summary>The value of a common parameter; without it, of the caller's preference, like the engine.</summary>
    private protected object? PreferenceOf(string parameter, string variable) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out object? given) ? given : SessionState.PSVariable.GetValue(variable);

    /// <summary>Writes an error, if there is one.</summary>
    private protected void WriteErrorIfAny(ErrorRecord? error)
    {
        if (error is not null)
        {
            WriteError(error);
        }
    }

    /// <summary>A progress bar that is removed at the latest when the command ends, whatever ends it.</summary>
    private protected TBar CompletedAtEnd<TBar>(TBar bar)
        where TBar : DelayedProgressBar
    {
        _progress = bar;
        return bar;
    }

    /// <summary>The default connection; null if there is none. If there are several, the cmdlet ends.</summary>
    private protected VodConnection? FindDefaultConnection()
    {
        VodConnection? connection = DefaultConnection.Find(out bool isAmbiguous);
        if (isAmbiguous)
        {
            ThrowTerminatingError(ErrorRecords.ConnectionAmbiguous());
        }

        return connection;
    }

    /// <summary>Waits until background work has ended, with or without success, and shows warnings and trace lines meanwhile.</summary>
    /// <param name="work">The work.</param>
    /// <param name="onIdle">Runs a few times per second meanwhile.</param>
    private protected TTask WaitFor<TTask>(TTask work, Action? onIdle = null)
        where TTask : Task
    {
        try
        {
            while (!BackgroundWork.Wait(work, s_messageInterval, _stop.Token))
            {
                ShowMessages();
                onIdle?.Invoke();
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        if (work.IsCanceled && _stop.IsCancellationRequested)
        {
            // The stop reached the request before it reached this thread.
            throw new PipelineStoppedException();
        }

        ShowMessages();
        return work;
    }

    /// <summary>Writes the error for a failed query: a terminating one if no other can succeed.</summary>
    private protected void WriteFailure(VodClientException failure, object target, string subject) =>
        WriteError(ErrorRecords.From(failure, target, subject), isTerminating: failure.EndsQueries);

    /// <summary>Writes an error, which ends the command if it is a terminating one.</summary>
    private protected void WriteError(ErrorRecord record, bool isTerminating)
    {
        if (isTerminating)
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    /// <summary>
    /// Reports an error from <see cref="Dispose(bool)"/>, after something else has ended the pipeline. The engine still writes it
    /// then, except after Ctrl+C and with -ErrorAction Stop: then it is added to $Error. The list
    /// of -ErrorVariable is already detached from the command.
    /// </summary>
    private protected void WriteLateError(ErrorRecord record)
    {
        if (ErrorAction == ActionPreference.Ignore)
        {
            return;
        }

        try
        {
            if (!Stopping && !IsStoppedByErrors)
            {
                WriteError(record);
            }
        }
#pragma warning disable CA1031 // If errors are merged into the output, this calls the command downstream, which can throw anything after it has stopped.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It is not shown.
        }

        if (SessionState.PSVariable.GetValue("global:Error") is ArrayList errors
            && !errors.OfType<ErrorRecord>().Any(known => known.Exception == record.Exception))
        {
            ErrorCategoryInfo shown = record.CategoryInfo;
            record = new ErrorRecord(record.Exception, $"{record.FullyQualifiedErrorId},{GetType().FullName}", shown.Category, record.TargetObject);
            record.CategoryInfo.Activity = MyInvocation.MyCommand.Name;
            record.CategoryInfo.TargetName = shown.TargetName;
            errors.Insert(0, record);
        }

        if (MyInvocation.BoundParameters.TryGetValue("ErrorVariable", out object? name)
            && SessionState.PSVariable.GetValue(((string)name).TrimStart('+')) is ArrayList collected)
        {
            collected.Add(record);
        }
    }

    /// <summary>Shows the warnings and trace lines of the requests.</summary>
    private protected void ShowMessages()
    {
        while (Context.TryTakeWarning(out string? warning))
        {
            WriteWarning(warning);
        }

        while (Context.TryTakeTrace(out string? line))
        {
            WriteVerbose(line);
        }
    }
}
