using System.Security.Cryptography;
using System.Text;
using VodPreheat.TestServer.Faults;

namespace VodPreheat.TestServer.State;

/// <summary>Keys, tokens, users and projects.</summary>
internal sealed class AccountBook
{
    private const int FailuresBeforeLock = 5;
    private static readonly TimeSpan s_lockTime = TimeSpan.FromMinutes(5);
    private readonly object _lock = new();
    private readonly Func<DateTimeOffset> _now;
    private readonly Dictionary<string, AccessKey> _keys = [];
    private readonly Dictionary<string, int> _failures = [];
    private readonly Dictionary<string, DateTimeOffset> _lockedUntil = [];
    private readonly Dictionary<string, TokenGrant> _tokens = [];
    private readonly Dictionary<string, IamUser> _users = [];
    private readonly Dictionary<string, string> _newestTokens = [];
    private readonly Dictionary<string, IdentityProvider> _providers = [];
    private readonly List<(string Id, string Name)> _projects = [];
    private readonly List<string> _issuedTokens = [];
    private readonly HashSet<string> _metadataTokens = [];
    private int _metadataKeysIssued;

    public AccountBook(Func<DateTimeOffset> now)
    {
        _now = now;
        AddKey(LoopbackServer.DefaultAccessKey, LoopbackServer.DefaultSecretKey, null, DateTimeOffset.MaxValue, LoopbackServer.DefaultProjectId);
        AddProject(LoopbackServer.DefaultProjectId, LoopbackServer.DefaultProjectName);
    }

    public string[] IssuedTokens
    {
        get
        {
            lock (_lock)
            {
                return [.. _issuedTokens];
            }
        }
    }

    public int MetadataKeysIssued => Volatile.Read(ref _metadataKeysIssued);

    /// <summary>Adds an access key. It can be valid for several projects: a user has one access key in all regions.</summary>
    public void AddKey(string accessKey, string secret, string? securityToken, DateTimeOffset expiresAt, string projectId)
    {
        lock (_lock)
        {
            string[] earlier = _keys.TryGetValue(accessKey, out AccessKey? key) && key.Secret == secret ? key.ProjectIds : [];
            _keys[accessKey] = new AccessKey(secret, securityToken, expiresAt, [.. earlier, projectId]);
        }
    }

    public void ExpireKey(string accessKey)
    {
        lock (_lock)
        {
            _keys[accessKey] = _keys[accessKey] with { ExpiresAt = DateTimeOffset.MinValue };
        }
    }

    public void RemoveKey(string accessKey)
    {
        lock (_lock)
        {
            _keys.Remove(accessKey);
        }
    }

    public AccessKey? FindKey(string accessKey)
    {
        lock (_lock)
        {
            return _keys.GetValueOrDefault(accessKey);
        }
    }

    public int FailuresInARow(string accessKey)
    {
        lock (_lock)
        {
            return _failures.GetValueOrDefault(accessKey);
        }
    }

    /// <summary>Whether too many failures have locked the key. The count starts again at the end of the lock.</summary>
    public bool IsLocked(string accessKey)
    {
        lock (_lock)
        {
            if (!_lockedUntil.TryGetValue(accessKey, out DateTimeOffset end))
            {
                return false;
            }

            if (_now() < end)
            {
                return true;
            }

            _lockedUntil.Remove(accessKey);
            _failures.Remove(accessKey);
            return false;
        }
    }

    public void CountFailure(string accessKey)
    {
        lock (_lock)
        {
            int failures = _failures.GetValueOrDefault(accessKey) + 1;
            _failures[accessKey] = failures;
            if (failures > FailuresBeforeLock)
            {
                _lockedUntil[accessKey] = _now() + s_lockTime;
            }
        }
    }

    public void CountSuccess(string accessKey)
    {
        lock (_lock)
        {
            _failures.Remove(accessKey);
        }
    }

    public void AddToken(string token, string? projectId, DateTimeOffset expiresAt)
    {
        lock (_lock)
        {
            _tokens[token] = new TokenGrant(projectId, expiresAt);
        }
    }

    /// <summary>Creates a token like IAM: long, with every character that can cause problems in a header.</summary>
    public string IssueToken(string userId, string? projectId, DateTimeOffset expiresAt)
    {
        string token = "MIIT" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(1121)).Insert(700, "+-/");
        lock (_lock)
        {
            _tokens[token] = new TokenGrant(projectId, expiresAt);
            _issuedTokens.Add(token);
            _newestTokens[userId] = token;
        }

        return token;
    }

    /// <summary>How long the newest token of a user is valid; zero without one.</summary>
    public TimeSpan ValidFor(string userId)
    {
        lock (_lock)
        {
            return _newestTokens.TryGetValue(userId, out string? token) && _tokens.TryGetValue(token, out TokenGrant? grant) && grant.ExpiresAt > _now()
                ? grant.ExpiresAt - _now()
                : TimeSpan.Zero;
        }
    }

    public void ExpireToken(string token)
    {
        lock (_lock)
        {
            _tokens[token] = _tokens[token] with { ExpiresAt = DateTimeOffset.MinValue };
        }
    }

    public void RevokeToken(string token)
    {
        lock (_lock)
        {
            _tokens.Remove(token);
        }
    }

    public TokenGrant? FindToken(string token)
    {
        lock (_lock)
        {
            return _tokens.GetValueOrDefault(token);
        }
    }

    public void AddUser(IamUser user)
    {
        lock (_lock)
        {
            _users[user.Name] = user;
        }
    }

    public void SetUserFault(string name, UserFault fault)
    {
        lock (_lock)
        {
            _users[name] = _users[name] with { Fault = fault };
        }
    }

    public IamUser? FindUser(string name)
    {
        lock (_lock)
        {
            return _users.GetValueOrDefault(name);
        }
    }

    public void AddProvider(IdentityProvider provider)
    {
        lock (_lock)
        {
            _providers[provider.Id] = provider;
        }
    }

    public IdentityProvider? FindProvider(string id)
    {
        lock (_lock)
        {
            return _providers.GetValueOrDefault(id);
        }
    }

    public void AddProject(string id, string name)
    {
        lock (_lock)
        {
            _projects.Add((id, name));
        }
    }

    public void RemoveProject(string id)
    {
        lock (_lock)
        {
            _projects.RemoveAll(project => project.Id == id);
        }
    }

    public (string Id, string Name)[] Projects()
    {
        lock (_lock)
        {
            return [.. _projects];
        }
    }

    /// <summary>Creates a session token of the metadata service.</summary>
    public string IssueMetadataToken()
    {
        string token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        lock (_lock)
        {
            _metadataTokens.Add(token);
        }

        return token;
    }

    public bool IsMetadataToken(string? token)
    {
        lock (_lock)
        {
            return token is not null && _metadataTokens.Contains(token);
        }
    }

    /// <summary>Creates the temporary access key of an agency.</summary>
    public (string AccessKey, string Secret, string SecurityToken) IssueMetadataKey(DateTimeOffset expiresAt)
    {
        string accessKey = "HST" + RandomText(17);
        string secret = RandomText(40);
        string securityToken = "ggpjbi1ub3J0aC00" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(600));
        AddKey(accessKey, secret, securityToken, expiresAt, LoopbackServer.DefaultProjectId);
        Interlocked.Increment(ref _metadataKeysIssued);
        return (accessKey, secret, securityToken);
    }

    private static string RandomText(int length)
    {
        StringBuilder text = new(length);
        while (text.Length < length)
        {
            text.Append("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[RandomNumberGenerator.GetInt32(32)]);
        }

        return text.ToString();
    }
}
