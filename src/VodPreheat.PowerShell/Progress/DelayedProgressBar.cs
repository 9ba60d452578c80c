using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Display;
using VodPreheat.Client.Http;

namespace VodPreheat.Progress;

/// <summary>A progress bar that is shown after two seconds, updated at most twice per second, and removed at the end.</summary>
internal abstract class DelayedProgressBar(Cmdlet cmdlet, string activity, TimeProvider clock)
{
    /// <summary>The percentage if the total is not known.</summary>
    protected const int UnknownPercent = -1;

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private TimeSpan _wait = s_delay;
    private long _since = clock.GetTimestamp();
    private bool _isShown;

    /// <summary>Shows the state, if an update is due.</summary>
    public virtual void Show()
    {
        if (clock.GetElapsedTime(_since) < _wait)
        {
            return;
        }

        _since = clock.GetTimestamp();
        _wait = s_pause;
        _isShown = true;
        (string status, int percent) = Read();
        cmdlet.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent });
    }

    /// <summary>Removes the bar.</summary>
    public void Complete()
    {
        if (_isShown)
        {
            _isShown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }

    /// <summary>The state in words, and the percentage that is done, 0 to 100 or <see cref="UnknownPercent"/>.</summary>
    protected abstract (string Status, int Percent) Read();

    /// <summary>
    /// What the bar is about, and the connection: a user with several accounts must see which one this is. PowerShell gives the activity half of
    /// the width, so the project is its beginning.
    /// </summary>
    protected static string ActivityOf(string activity, VodClient client)
    {
        if (client.AuthenticationType == AuthenticationType.Sandbox)
        {
            return $"{activity} (sandbox)";
        }

        string project = client.ProjectId.Length > 8 ? $"{client.ProjectId.AsSpan(0, 7)}…" : client.ProjectId;
        return $"{activity} ({client.Region ?? client.Endpoint.Host}, {project})";
    }

    /// <summary>How long the next request waits for a rate limit, and what limit was learned; empty if it does not wait.</summary>
    protected static string NoteOf(RateLimitStatus limit, string who = "waiting")
    {
        if (limit.HeldFor <= TimeSpan.Zero)
        {
            return string.Empty;
        }

        string learned = limit.LearnedPerMinute is { } perMinute ? $" at {Quantity.Of(perMinute, "request")} a minute" : string.Empty;
        return $"; {who} {Quantity.Of((int)Math.Ceiling(limit.HeldFor.TotalSeconds), "second")} for the rate limit{learned}";
    }
}
