namespace VodPreheat.TestServer.Faults;

/// <summary>Why an IAM user with the right password still gets no token.</summary>
public enum UserFault
{
    /// <summary>Nothing: the user gets a token.</summary>
    None,

    /// <summary>401 IAM.0061.</summary>
    Locked,

    /// <summary>403 IAM.0081: the user may only use the console.</summary>
    NoProgrammaticAccess,

    /// <summary>401 in Keystone's shape, asking for a verification code.</summary>
    MfaRequired,

    /// <summary>403 IAM.0082.</summary>
    Disabled,
}
