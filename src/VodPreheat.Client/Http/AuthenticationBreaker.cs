using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Lets a connection's requests go one at a time until the service has accepted the credentials once. Five failures in a row
/// lock an access key, so a wrong key must cost one failure, however many requests are waiting.
/// </summary>
/// <remarks>Source: API signing guide, FAQ on APIGW.0301 "AK access failed to reach the limit".</remarks>
internal sealed class AuthenticationBreaker
{
    private readonly object _lock = new();
    private bool _accepted;

    // Set while one request tries the credentials; its result is the refusal, or null for "look again".
    private TaskCompletionSource<VodClientException?>? _trial;

    /// <summary>Sends now, or after the request that is trying the credentials; a refusal ends the scope's other requests.</summary>
    public async Task<T> SendAsync<T>(InvocationContext scope, Func<InvocationContext, Task<T>> send)
    {
        TaskCompletionSource<VodClientException?>? trial = await EnterAsync(scope).ConfigureAwait(false);
        bool accepted = false;
        VodClientException? refusal = null;
        try
        {
            T answer = await send(scope).ConfigureAwait(false);
            accepted = true;
            return answer;
        }
        catch (VodClientException failure)
        {
            accepted = failure.CredentialsAccepted;
            if (failure.Kind == FailureKind.Authentication)
            {
                refusal = failure;
                scope.Refusal = failure;
            }

            throw;
        }
        finally
        {
            Leave(trial, accepted, refusal);
        }
    }

    private async Task<TaskCompletionSource<VodClientException?>?> EnterAsync(InvocationContext scope)
    {
        while (true)
        {
            Task<VodClientException?> running;
            lock (_lock)
            {
                // Inside the lock: a request of this scope that was refused has set it before it left.
                if (scope.Refusal is { } refused)
                {
                    throw refused;
                }

                if (_accepted)
                {
                    return null;
                }

                if (_trial is null)
                {
                    return _trial = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                running = _trial.Task;
            }

            if (await running.WaitAsync(scope.Cancellation).ConfigureAwait(false) is { } refusal)
            {
                scope.Refusal = refusal;
                throw refusal;
            }
        }
    }

    private void Leave(TaskCompletionSource<VodClientException?>? trial, bool accepted, VodClientException? refusal)
    {
        lock (_lock)
        {
            if (accepted)
            {
                _accepted = true;
            }
            else if (refusal is not null)
            {
                _accepted = false;
            }

            if (trial is not null)
            {
                _trial = null;
            }
        }

        trial?.SetResult(refusal);
    }
}
