using System.Security.Cryptography;
using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.Services;
using VodPreheat.TestServer.State;

namespace VodPreheat.TestServer;

/// <content>Keys, tokens, users, projects; IAM and the metadata service.</content>
public sealed partial class LoopbackServer
{
    /// <summary>The lifetime of tokens of IAM. The default is 24 hours.</summary>
    public TimeSpan TokenLife
    {
        get => _state.TokenLife;
        set => _state.TokenLife = value;
    }

    /// <summary>The interval in which IAM refuses one renewal of a token that is still valid, with 503. Zero, the default, is none.</summary>
    public TimeSpan RenewalFaultInterval
    {
        get => _state.RenewalFaults.Interval;
        set => _state.RenewalFaults.Interval = value;
    }

    /// <summary>The number of these refusals.</summary>
    public int RenewalFaults => _state.RenewalFaults.Count;

    /// <summary>Whether listing projects is refused with 403 IAM.0002.</summary>
    public bool IamForbidden
    {
        get => _state.IamForbidden;
        set => _state.IamForbidden = value;
    }

    /// <summary>The number of tokens that IAM has issued.</summary>
    public int TokensIssued => IssuedTokens.Length;

    /// <summary>The newest token of IAM; empty if there is none.</summary>
    public string LastToken => IssuedTokens is [.., string last] ? last : "";

    /// <summary>All tokens that IAM has issued.</summary>
    public string[] IssuedTokens => _state.Accounts.IssuedTokens;

    /// <summary>How the metadata service behaves. The default is V2.</summary>
    public MetadataMode MetadataMode
    {
        get => _state.MetadataMode;
        set => _state.MetadataMode = value;
    }

    /// <summary>The lifetime of access keys of the metadata service. The default is an hour.</summary>
    public TimeSpan MetadataKeyLife
    {
        get => _state.MetadataKeyLife;
        set => _state.MetadataKeyLife = value;
    }

    /// <summary>The number of access keys that the metadata service has issued; each query gets a new one.</summary>
    public int MetadataKeysIssued => _state.Accounts.MetadataKeysIssued;

    /// <summary>Adds a permanent access key. If it is added again with another project, it is valid for both.</summary>
    public void AddAccessKey(string accessKey, string secretKey, string projectId) =>
        _state.Accounts.AddKey(accessKey, secretKey, null, DateTimeOffset.MaxValue, projectId);

    /// <summary>Adds a temporary access key, which requires its security token.</summary>
    public void AddTemporaryKey(string accessKey, string secretKey, string securityToken, string projectId) =>
        _state.Accounts.AddKey(accessKey, secretKey, securityToken, DateTimeOffset.MaxValue, projectId);

    /// <summary>Makes a temporary access key expire.</summary>
    public void ExpireTemporaryKey(string accessKey) => _state.Accounts.ExpireKey(accessKey);

    /// <summary>Deletes a key.</summary>
    public void RemoveAccessKey(string accessKey) => _state.Accounts.RemoveKey(accessKey);

    /// <summary>The failures of a key since its last success; more than five lock it for five minutes (refusals by the lock do not count).</summary>
    public int FailuresInARow(string accessKey) => _state.Accounts.FailuresInARow(accessKey);

    /// <summary>Adds a token that does not expire.</summary>
    public void AddToken(string token, string projectId) => _state.Accounts.AddToken(token, projectId, DateTimeOffset.MaxValue);

    /// <summary>Makes a token expire: 401 APIGW.0307.</summary>
    public void ExpireToken(string token) => _state.Accounts.ExpireToken(token);

    /// <summary>Makes a token unknown: 401 APIGW.0301.</summary>
    public void RevokeToken(string token) => _state.Accounts.RevokeToken(token);

    /// <summary>Adds an IAM user. By default, there is none.</summary>
    public void AddUser(string name, string password, string domain) => _state.Accounts.AddUser(new IamUser(name, password, domain));

    /// <summary>Makes IAM refuse a user, or accept the user again.</summary>
    public void SetUserFault(string name, UserFault fault) => _state.Accounts.SetUserFault(name, fault);

    /// <summary>
    /// Adds an OpenID Connect provider whose rules apply only to the subject "job" and give it permissions in the default project.
    /// If the ID exists, the provider gets another signing key.
    /// </summary>
    public void AddIdentityProvider(string id, string clientId) => _state.Accounts.AddProvider(new IdentityProvider(
        id, $"https://{id}.example.com", clientId, RandomNumberGenerator.GetBytes(32), ["job"], [DefaultProjectId]));

    /// <summary>Creates an identity token like a provider.</summary>
    /// <param name="providerId">The provider.</param>
    /// <param name="audience">The audience; the client ID of the provider is correct.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="lifeSeconds">The lifetime in seconds; the token has expired if it is not greater than 0.</param>
    public string MakeIdToken(string providerId, string audience, string subject = "job", int lifeSeconds = 300) => IdToken.Make(
        _state.Accounts.FindProvider(providerId)!, audience, subject, _state.Now, _state.Now.AddSeconds(lifeSeconds));

    /// <summary>Adds a project. Several projects can have the same name.</summary>
    public void AddProject(string id, string name) => _state.Accounts.AddProject(id, name);

    /// <summary>Deletes a project from IAM's list.</summary>
    public void RemoveProject(string id) => _state.Accounts.RemoveProject(id);
}
