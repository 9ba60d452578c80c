BeforeAll { . "$PSScriptRoot/common.ps1" }

Describe 'The public API' {
    It 'is the one in docs/public-api.txt' {
        $known = Get-Content "$PSScriptRoot/../../docs/public-api.txt"
        $built = & "$PSScriptRoot/../../tools/Show-PublicApi.ps1" $Manifest
        $changes = Compare-Object $known $built -SyncWindow 1000 | ForEach-Object { "$($_.SideIndicator -eq '=>' ? '+' : '-') $("$($_.InputObject)".Trim())" }
        $changes -join "`n" | Should -BeNullOrEmpty -Because 'scripts are written against it; if the change is intended, run tools/Show-PublicApi.ps1 > docs/public-api.txt'
        $built -join "`n" | Should -BeExactly ($known -join "`n")
    }
}
