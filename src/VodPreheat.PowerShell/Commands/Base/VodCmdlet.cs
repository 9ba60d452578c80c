using System.Management.Automation;
using VodPreheat.Client.Concurrency;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Errors;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that can be stopped at any moment: Ctrl+C reaches StopProcessing, a downstream stop only Dispose.</summary>
public abstract class VodCmdlet : PSCmdlet, IDisposable
{
    // How long warnings and trace lines may lie while the pipeline thread waits for an answer.
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private InvocationContext? _scope;

    /// <summary>What the requests of this invocation share.</summary>
    private protected InvocationContext Scope => _scope ??= new InvocationContext(_stop.Token) { IsTraced = IsVerbose() };

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

    /// <summary>Waits until the work that runs elsewhere has ended, however it ends, showing warnings and trace lines meanwhile.</summary>
    /// <param name="work">What to wait for.</param>
    /// <param name="onIdle">Runs a few times a second while there is nothing to do.</param>
    private protected TTask WaitFor<TTask>(TTask work, Action? onIdle = null)
        where TTask : Task
    {
        try
        {
            TaskWaiter.For(work, s_idle, OnIdle, _stop.Token);
        }
        catch (OperationCanceledException)
        {
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

    // As the engine decides it: the parameter first, then the caller's preference.
    private bool IsVerbose() => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given) && given is SwitchParameter verbose
        ? verbose
        : SessionState.PSVariable.GetValue("VerbosePreference") is not ActionPreference.SilentlyContinue;

    /// <summary>Shows the warnings and trace lines that came up elsewhere.</summary>
    private protected void ShowMessages()
    {
        while (Scope.TryTakeWarning(out string? warning))
        {
            WriteWarning(warning);
        }

        while (Scope.TryTakeTrace(out string? line))
        {
            WriteVerbose(line);
        }
    }
}
