using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Keeps a connection from sending refused credentials again. More than five refusals in a row lock an access key, and each one
/// counts, from whatever thread or command it comes: so a connection's requests go one at a time until the service has accepted
/// the credentials, and a refusal that no renewal can help is remembered for as long as the connection lives.
/// </summary>
/// <remarks>Source: API signing guide, FAQ on APIGW.0301 "AK access failed to reach the limit".</remarks>
internal sealed class AuthenticationBreaker(CredentialSource source)
{
    private readonly object _lock = new();
    private volatile VodClientException? _refusal;

    // Whether the service has accepted the credentials since they were last refused. The era counts those refusals: an answer
    // to a request of an earlier era says nothing of the credentials in use now.
    private bool _accepted;
    private int _era;

    // Set while one request tries the credentials.
    private TaskCompletionSource? _trial;

    /// <summary>
    /// Sends now, or after the request that is trying the credentials; once more where refused credentials can be renewed. The
    /// second refusal in a row ends all requests of the connection.
    /// </summary>
    /// <exception cref="VodClientException">The request failed, or nothing was sent because of an earlier refusal.</exception>
    public async Task<T> SendAsync<T>(Func<Task<T>> send, CancellationToken cancellation)
    {
        bool mayRenew = source.IsRenewable;
        while (true)
        {
            (int era, TaskCompletionSource? trial) = await EnterAsync(cancellation).ConfigureAwait(false);
            bool accepted = false;
            try
            {
                T answer = await send().ConfigureAwait(false);
                accepted = true;
                return answer;
            }
            catch (VodClientException failure)
            {
                accepted = failure.CredentialsAccepted;
                if (failure.IsRefusal && mayRenew && failure.Service == CloudService.Vod)
                {
                    mayRenew = false;
                    CloseAfter(era);
                    continue;
                }

                if (failure.IsRefusal)
                {
                    _refusal = failure.Remembered();
                }

                throw;
            }
            finally
            {
                Leave(era, trial, accepted);
            }
        }
    }

    /// <summary>Ends a request that is about to be sent, after a retry's or the rate limit's wait, with the remembered refusal.</summary>
    /// <exception cref="VodClientException">The service has refused the credentials.</exception>
    public void ThrowIfRefused()
    {
        if (_refusal is { } refusal)
        {
            throw refusal;
        }
    }

    private async Task<(int Era, TaskCompletionSource? Trial)> EnterAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task running;
            lock (_lock)
            {
                ThrowIfRefused();
                if (_accepted)
                {
                    return (_era, null);
                }

                if (_trial is null)
                {
                    _trial = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    return (_era, _trial);
                }

                running = _trial.Task;
            }

            await running.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void CloseAfter(int era)
    {
        lock (_lock)
        {
            if (era == _era)
            {
                _accepted = false;
                _era++;
            }
        }
    }

    private void Leave(int era, TaskCompletionSource? trial, bool accepted)
    {
        lock (_lock)
        {
            _accepted |= accepted && era == _era;
            if (trial is not null)
            {
                _trial = null;
            }
        }

        trial?.SetResult();
    }
}
