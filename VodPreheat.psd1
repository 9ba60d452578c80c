@{
    RootModule             = 'bin/VodPreheat.PowerShell.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '5d9f3a0e-4f0c-4a39-9c7e-1f6f4c0b7d52'
    Author                 = 'VodPreheat contributors'
    CompanyName            = 'VodPreheat contributors'
    Copyright              = '(c) VodPreheat contributors. MIT license.'
    Description            = 'Pre-loads video assets of Huawei Cloud Video on Demand (VOD) into the CDN, and reports for each URL whether it was loaded.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('VodPreheat.Format.ps1xml')

    # Commas: each line would be a statement, and all of them compiled at every import (4 ms).
    CmdletsToExport        = @(
        'Connect-VodAccount',
        'Disconnect-VodAccount',
        'Get-VodConnection',
        'Get-VodPreheatResult',
        'Get-VodPreheatTask',
        'Invoke-VodPreheat',
        'Start-VodPreheat',
        'Test-VodConnection',
        'Test-VodPreheatUrl',
        'Wait-VodPreheat'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            Tags       = @('HuaweiCloud', 'VOD', 'CDN', 'Video', 'Preheat', 'Preload', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://github.com/vodpreheat/VodPreheat/blob/main/LICENSE'
            ProjectUri = 'https://github.com/vodpreheat/VodPreheat'
            IconUri    = 'https://raw.githubusercontent.com/vodpreheat/VodPreheat/main/docs/icon.png'

            # The build puts the newest section of CHANGELOG.md here.
            ReleaseNotes = '{{ReleaseNotes}}'
        }
    }
}
