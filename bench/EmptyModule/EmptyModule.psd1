@{
    RootModule             = 'bin/EmptyModule.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '0f0c3f3e-6f4e-4b58-8f0e-2f0b6d6f8f11'
    Author                 = 'VodPreheat contributors'
    CompanyName            = 'VodPreheat contributors'
    Copyright              = '(c) VodPreheat contributors. MIT license.'
    Description            = 'The reference of the import figure: one cmdlet and one format file.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('EmptyModule.Format.ps1xml')
    CmdletsToExport        = @('Get-Empty')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()

    # The keys of a published module: the first URI that the engine converts takes 2 ms, whosever manifest it is in.
    PrivateData            = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://example.com/LICENSE'
            ProjectUri   = 'https://example.com/EmptyModule'
            IconUri      = 'https://example.com/icon.png'
            ReleaseNotes = 'Nothing was added.'
        }
    }
}
