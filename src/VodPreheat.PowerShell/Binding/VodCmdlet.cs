using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Pipeline;
using VodPreheat.Errors;

namespace VodPreheat.Binding;

/// <summary>A cmdlet that can be stopped at any moment: Ctrl+C reaches StopProcessing, a downstream stop only Dispose.</summary>
public abstract class VodCmdlet : PSCmdlet, IDisposable
{
    // How long trace lines may lie while the pipeline thread waits for an answer.
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private RequestScope? _scope;

    /// <summary>What the requests of this invocation share.</summary>
    private protected RequestScope Scope => _scope ??= new RequestScope(_stop.Token);

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

    /// <summary>Waits for work that runs elsewhere, showing trace lines meanwhile; its failure ends the cmdlet.</summary>
    private protected T Await<T>(Task<T> task)
    {
        OrStop(() => Waiting.For(task, s_idle, ShowTrace, _stop.Token));
        ShowTrace();
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target: null));
            throw;
        }
    }

    /// <summary>Waits for the next answer in order; meanwhile shows trace lines.</summary>
    private protected (TItem Item, Task<TAnswer> Answer) TakeNext<TItem, TAnswer>(OrderedWindow<TItem, TAnswer> window)
    {
        (TItem, Task<TAnswer>) next = default;
        OrStop(() => next = window.Take(s_idle, ShowTrace, _stop.Token));
        ShowTrace();
        return next;
    }

    /// <summary>Writes a failure: terminating when nothing further can work.</summary>
    private protected void WriteFailure(VodClientException failure, object? target)
    {
        ErrorRecord record = ErrorRecords.From(failure, target);
        if (ErrorRecords.IsTerminating(failure))
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    /// <summary>Runs a wait; when the pipeline is being stopped, ends as the engine expects.</summary>
    private protected static void OrStop(Action wait)
    {
        try
        {
            wait();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private void ShowTrace()
    {
        while (Scope.TryTakeTrace(out string? line))
        {
            WriteVerbose(line);
        }
    }
}
