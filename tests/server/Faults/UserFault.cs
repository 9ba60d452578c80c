namespace VodPreheat.TestServer.Faults;

/// <summary>Why an IAM user with the correct password gets no token.</summary>
public enum UserFault
{
    /// <summary>None: the user gets a token.</summary>
    None,

    /// <summary>401 IAM.0061.</summary>
    Locked,

    /// <summary>403 IAM.0081: the user has console access only.</summary>
    NoProgrammaticAccess,

    /// <summary>401 in the format of Keystone, which requires a verification code.</summary>
    MfaRequired,

    /// <summary>403 IAM.0082.</summary>
    Disabled,
}
