@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # Scripts that a person or CI runs write to the screen.
        'PSAvoidUsingWriteHost'
        # Tests and samples create secrets from plain text.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        # Functions of tests and builds are called only by scripts, never with -WhatIf.
        'PSUseShouldProcessForStateChangingFunctions'
        # These rules do not know BeforeAll of Pester and script blocks: a variable that is set in one block and read in another seems unused.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
    )
}
