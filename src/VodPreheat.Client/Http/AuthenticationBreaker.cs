using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Prevents a connection from sending refused credentials again. More than five refusals in a row lock an access key, and each one
/// counts, from any thread or command. So the requests of a connection are sent one at a time until the service has accepted
/// the credentials, and a refusal of credentials that cannot be renewed is remembered as long as the connection exists.
/// </summary>
/// <remarks>Source: API signing guide, FAQ on APIGW.0301 "AK access failed to reach the limit".</remarks>
internal sealed class AuthenticationBreaker(CredentialSource source)
{
    private readonly object _lock = new();
    private volatile VodClientException? _refusal;

    // Whether the service has accepted the credentials since they were last refused. The era counts those refusals: an answer
    // to a request of an earlier era says nothing about the current credentials.
    private bool _accepted;
    private int _era;

    // Whether the credentials were renewed since the service last accepted any: a refusal of the new ones is the second in a row,
    // whichever request it meets.
    private bool _renewed;

    // Set while one request tries the credentials.
    private TaskCompletionSource? _trial;

    /// <summary>
    /// Sends immediately, or after the request that is trying the credentials; once more if refused credentials can be renewed. The
    /// second refusal in a row ends all requests of the connection.
    /// </summary>
    /// <exception cref="VodClientException">The request failed, or nothing was sent because of an earlier refusal.</exception>
    public async Task<T> SendAsync<T>(Func<AuthenticationTrial, Task<T>> send, CancellationToken cancellation)
    {
        bool mayRenew = source.IsRenewable;
        while (true)
        {
            var trial = new AuthenticationTrial(this);
            await trial.StartAsync(cancellation).ConfigureAwait(false);
            bool accepted = false;
            try
            {
                T answer = await send(trial).ConfigureAwait(false);
                accepted = true;
                return answer;
            }
            catch (VodClientException failure)
            {
                accepted = failure.CredentialsAccepted;
                if (failure.IsRefusal && mayRenew && failure.Service == CloudService.Vod && TryRenew(trial.Era))
                {
                    mayRenew = false;
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
                trial.End(accepted);
            }
        }
    }

    /// <summary>Stops a request that is about to be sent, such as after waiting for a retry or the rate limit, if a refusal is remembered.</summary>
    /// <exception cref="VodClientException">The service has refused the credentials.</exception>
    public void ThrowIfRefused()
    {
        if (_refusal is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Waits until the credentials are accepted, or for the turn to try them.</summary>
    /// <exception cref="VodClientException">The service has refused the credentials.</exception>
    public async ValueTask EnterAsync(AuthenticationTrial trial, CancellationToken cancellation)
    {
        while (true)
        {
            Task running;
            lock (_lock)
            {
                ThrowIfRefused();
                trial.Era = _era;
                if (_accepted)
                {
                    return;
                }

                if (_trial is null)
                {
                    trial.Running = _trial = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    return;
                }

                running = _trial.Task;
            }

            await running.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>After a refusal: whether other credentials can be tried, one request at a time.</summary>
    private bool TryRenew(int era)
    {
        lock (_lock)
        {
            if (era != _era)
            {
                return true;
            }

            if (_renewed)
            {
                return false;
            }

            _accepted = false;
            _renewed = true;
            _era++;
            return true;
        }
    }

    /// <summary>Ends a request, or lets another one try the credentials while it waits.</summary>
    public void Leave(AuthenticationTrial trial, bool accepted)
    {
        lock (_lock)
        {
            if (accepted && trial.Era == _era)
            {
                _accepted = true;
                _renewed = false;
            }

            if (trial.Running is not null)
            {
                _trial = null;
            }
        }

        trial.Running?.SetResult();
    }
}
