using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using VodPreheat.Client.Display;

namespace VodPreheat.Client.Invocation;

/// <summary>
/// What the requests of one command invocation share: the cancellation, and the warnings and trace lines on their way to its thread.
/// </summary>
public sealed class InvocationContext(CancellationToken cancellation)
{
    internal static readonly HttpRequestOptionsKey<InvocationContext> Key = new(nameof(InvocationContext));

    private ConcurrentQueue<string> _trace = new();
    private ConcurrentQueue<string> _warnings = new();

    /// <summary>Cancels all requests of the invocation, down to the socket.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Whether the invocation can reach the service.</summary>
    public Reachability Service { get; private init; } = new();

    /// <summary>Whether trace lines are shown; if not, none are made.</summary>
    public bool IsTraced { get; init; } = true;

    /// <summary>Whether a submission must be in the journal before it is sent, also in the default location.</summary>
    public bool NeedsJournal { get; init; }

    /// <summary>Whether requests are sent although the service cannot be reached: a wait goes on until its time is up.</summary>
    internal bool IsPersistent { get; private init; }

    /// <summary>The same invocation for requests that are sent although the service cannot be reached.</summary>
    internal InvocationContext Persistent() => Copy(NeedsJournal, isPersistent: true, cancellation);

    /// <summary>The same invocation for requests that are canceled separately.</summary>
    internal InvocationContext With(CancellationToken other) => With(NeedsJournal, other);

    /// <inheritdoc cref="With(CancellationToken)"/>
    internal InvocationContext With(bool needsJournal, CancellationToken other) => Copy(needsJournal, IsPersistent, other);

    /// <summary>Takes the next trace line, without secrets, in the order in which they were written.</summary>
    public bool TryTakeTrace([NotNullWhen(true)] out string? line) => _trace.TryDequeue(out line);

    /// <summary>Takes the next warning, in the order in which they were written.</summary>
    public bool TryTakeWarning([NotNullWhen(true)] out string? warning) => _warnings.TryDequeue(out warning);

    internal void Warn(string warning) => _warnings.Enqueue(DisplayText.Clean(warning));

    internal void Trace(string line)
    {
        if (IsTraced)
        {
            _trace.Enqueue(DisplayText.Clean(line));
        }
    }

    private InvocationContext Copy(bool needsJournal, bool isPersistent, CancellationToken other) => new(other)
    {
        IsTraced = IsTraced,
        NeedsJournal = needsJournal,
        IsPersistent = isPersistent,
        Service = Service,
        _trace = _trace,
        _warnings = _warnings,
    };

    /// <summary>The invocation that a request belongs to.</summary>
    internal static InvocationContext Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out InvocationContext? context)
        ? context
        : throw new InvalidOperationException("The request belongs to no invocation.");
}
