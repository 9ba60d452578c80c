@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # Scripts that a person or CI runs talk to the screen.
        'PSAvoidUsingWriteHost'
        # Tests and samples make secrets out of made-up text.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        # Helpers of tests and builds are called by scripts only, never with -WhatIf.
        'PSUseShouldProcessForStateChangingFunctions'
        # Blind to Pester's BeforeAll and to script blocks: variables set in one block and read in another look unused.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
    )
}
