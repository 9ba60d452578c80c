using System.Collections;
using System.Management.Automation;
using VodPreheat.Client.Concurrency;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Errors;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that can be stopped at any moment: Ctrl+C reaches StopProcessing, a downstream stop only Dispose.</summary>
public abstract class VodCmdlet : PSCmdlet, IDisposable
{
    /// <summary>The folder on the web with a page per cmdlet, for Get-Help -Online.</summary>
    internal const string HelpRoot = "https://github.com/vodpreheat/VodPreheat/blob/main/docs/";

    // How long warnings and trace lines may lie while the pipeline thread waits for an answer.
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private InvocationContext? _context;

    /// <summary>What the requests of this invocation share.</summary>
    private protected InvocationContext Context => _context ??= new InvocationContext(_stop.Token) { IsTraced = IsVerbose() };

    /// <summary>What requests call their sender. The version of the host is another matter: an editor has its own.</summary>
    private protected string UserAgent =>
        $"VodPreheat/{typeof(VodCmdlet).Assembly.GetName().Version!.ToString(3)} " +
        $"PowerShell/{((IDictionary)SessionState.PSVariable.GetValue("PSVersionTable"))["PSVersion"]}";

    /// <summary>Whether the first error that is written ends the command, so that whatever came after it would be lost.</summary>
    private protected bool IsStoppedByErrors => ErrorAction == ActionPreference.Stop;

    // As the engine decides it: the parameter first, then the caller's preference.
    private ActionPreference ErrorAction => LanguagePrimitives.TryConvertTo(
        MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given) ? given : SessionState.PSVariable.GetValue("ErrorActionPreference"),
        out ActionPreference action)
        ? action
        : ActionPreference.Continue;

    /// <summary>Ends all requests of this invocation.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends all requests of this invocation.</summary>
    protected virtual void Dispose(bool disposing) =>
        // Not disposed: requests that are just ending still look at the token.
        _stop.Cancel();

    /// <summary>Ends all requests of this invocation.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>What a parameter was given that takes pipeline input. An argument can be empty; an object without the property is an error.</summary>
    // Such as the deserialized copy of an asset's task, whose Url is empty.
    private protected string?[] ItemsOf(string?[]? bound) => MyInvocation.ExpectingInput && bound is not { Length: > 0 } ? [null] : bound ?? [null];

    /// <summary>Waits until the work that runs elsewhere has ended, however it ends, showing warnings and trace lines meanwhile.</summary>
    /// <param name="work">What to wait for.</param>
    /// <param name="onIdle">Runs a few times a second while there is nothing to do.</param>
    private protected TTask WaitFor<TTask>(TTask work, Action? onIdle = null)
        where TTask : Task
    {
        try
        {
            BackgroundWork.WaitFor(work, s_idle, OnIdle, _stop.Token);
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

        void OnIdle()
        {
            ShowMessages();
            onIdle?.Invoke();
        }
    }

    /// <summary>Writes a failure: terminating when nothing further can work.</summary>
    private protected void WriteFailure(VodClientException failure, object target, string subject)
    {
        ErrorRecord record = ErrorRecords.From(failure, target, subject);
        if (ErrorRecords.IsTerminating(failure))
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    /// <summary>
    /// Reports an error from <see cref="Dispose(bool)"/>, after something else has ended the pipeline. The engine still writes it
    /// then, except after Ctrl+C and under -ErrorAction Stop: it is put where users look for what they missed, into $Error. The list
    /// of -ErrorVariable is detached from the command by then.
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
#pragma warning disable CA1031 // Merged into the output, an error meets the command downstream, which throws anything once it wants no more.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Not shown, then.
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

    private bool IsVerbose() => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given) && given is SwitchParameter verbose
        ? verbose
        : SessionState.PSVariable.GetValue("VerbosePreference") is not ActionPreference.SilentlyContinue;

    /// <summary>Shows the warnings and trace lines that came up elsewhere.</summary>
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
