# What a test does that one system only can do is found on every system: the tests run on Windows in the forge only.

BeforeDiscovery {
    $folder = Split-Path $PSScriptRoot
    $scripts = Get-ChildItem $PSScriptRoot -Filter *.ps1 | Where-Object Name -NE Portability.Tests.ps1 | ForEach-Object { @{ File = $_.Name; Path = $_.FullName } }
    $projects = Get-ChildItem $folder -Recurse -Include *.csproj, *.proj | ForEach-Object { @{ File = $_.Name; Path = $_.FullName } }
    $units = Get-ChildItem "$folder/unit", "$folder/host" -Recurse -Filter *.cs | ForEach-Object { @{ File = $_.Name; Path = $_.FullName } }
}

BeforeAll {
    # Programs that Windows has not, or has with other parameters.
    $script:programs = 'bash', 'cat', 'chmod', 'chown', 'cp', 'find', 'grep', 'id', 'kill', 'ln', 'ls', 'mkfifo', 'mv', 'ps', 'rm', 'script', 'sed', 'sh',
        'sort', 'stty', 'touch', 'ulimit', 'uname'

    # Environment variables that only some systems read.
    $script:variables = 'TZ', 'HOME', 'USERPROFILE'

    # The parts of a script that are looked at.
    $script:kinds = 'Command', 'AssignmentStatement', 'StringConstantExpression', 'ExpandableStringExpression', 'InvokeMemberExpression', 'Pipeline' |
        ForEach-Object { [Management.Automation.Language.Ast].Assembly.GetType("System.Management.Automation.Language.${_}Ast") }

    # Whether it depends on the system whether this code runs: by a condition around it, or by -Skip.
    function Test-Conditional($Node) {
        for ($at = $Node; $at; $at = $at.Parent) {
            $condition = switch ($at.Parent) {
                { $_ -is [Management.Automation.Language.IfStatementAst] } { $_.Clauses.Item1.Extent.Text }
                { $_ -is [Management.Automation.Language.TernaryExpressionAst] } { $_.Condition.Extent.Text }
                { $_ -is [Management.Automation.Language.BinaryExpressionAst] } { $_.Left.Extent.Text }
                { $_ -is [Management.Automation.Language.CommandAst] } { $_.CommandElements.Where({ $_.ParameterName -eq 'Skip' }).Argument.Extent.Text }
            }
            if ("$condition" -match '\$(Is(Windows|Linux|MacOS)|has\w+)') { return $true }
        }
        $false
    }

    # What a script does that one system only can do.
    function Find-Fault([string] $Text) {
        $code = [Management.Automation.Language.Parser]::ParseInput($Text, [ref] $null, [ref] $null)
        $code.FindAll({ $args[0].GetType() -in $kinds }, $true) | ForEach-Object {
            $fault = switch ($_) {
                { $_ -is [Management.Automation.Language.CommandAst] -and $_.GetCommandName() -cin $programs } { "the program $($_.GetCommandName())" }
                { $_ -is [Management.Automation.Language.AssignmentStatementAst] -and $_.Left.Extent.Text -in $variables.ForEach({ "`$env:$_" }) -and "$($_.Parent)" -notmatch 'LOCALAPPDATA' } {
                    "the variable $($_.Left.Extent.Text)"
                }
                { $_ -is [Management.Automation.Language.StringConstantExpressionAst] -and $_.Parent.Extent.Text -match '^Join-Path ' -and $_.Value -match '[*?<>|"]' } {
                    "the file name $($_.Value)"
                }
                { $_ -is [Management.Automation.Language.ExpandableStringExpressionAst] -and $_.Value -match '^\$TestDrive/[^$]*[*?<>|"]' } { "the file name $($_.Value)" }
                { $_ -is [Management.Automation.Language.InvokeMemberExpressionAst] -and $_.Extent.Text -match '(Location|FullName|Path)\.(Starts|Ends)With\(' } {
                    "the comparison of a path, $($_.Extent.Text)"
                }
                { $_ -is [Management.Automation.Language.PipelineAst] -and $_.Extent.Text -match '\$closed.*-TimeoutSec [12]\b' } {
                    'the closed port, which refuses after two seconds on Windows'
                }
                { $_ -is [Management.Automation.Language.CommandAst] -and $_.Extent.Text -match '^(Set-Content|New-Item|Move-Item|Out-File|Export-Csv)\b.*\$HOME\b' } {
                    'the home folder of the user'
                }
            }
            if ($fault -and -not (Test-Conditional $_)) { "line $($_.Extent.StartLineNumber): $fault" }
        } | Select-Object -Unique
    }
}

Describe 'The tests' {
    It '<File> does nothing that one system only can do' -ForEach $scripts {
        Find-Fault (Get-Content $Path -Raw) | Should -BeNullOrEmpty
    }

    It '<File> finds packages wherever their folder is' -ForEach $projects {
        (Get-Content $Path -Raw) -replace [regex]::Escape("`$([MSBuild]::EnsureTrailingSlash('`$(NuGetPackageRoot)'))") |
            Should -Not -Match '\$\(NuGetPackageRoot\)[^.]'
    }

    It '<File> changes no variable that only some systems read' -ForEach $units {
        Get-Content $Path -Raw | Should -Not -Match "SetEnvironmentVariable\(`"($($variables -join '|'))`""
    }

    It 'would find <Text>' -ForEach @(
        'chmod 600 $file', 'sh -c $run', '$x = id -u', '$env:TZ = "Asia/Shanghai"', '$env:HOME = $TestDrive', 'Join-Path $TestDrive "a*"', 'Set-Content "$TestDrive/a?.txt" 1'
        '$assembly.Location.StartsWith($library)', 'Test-VodPreheatUrl "$closed/a" -TimeoutSec 1', 'Set-Content "$HOME/urls.txt" 1'
    ).ForEach({ @{ Text = $_ } }) {
        Find-Fault $Text | Should -Not -BeNullOrEmpty
    }

    It 'can do <Text>' -ForEach @(
        'if (-not $IsWindows) { chmod 600 $file }', '$IsWindows ? 1 : (id -u)', 'It x -Skip:$IsWindows { $env:TZ = "Asia/Shanghai" }', 'Get-ChildItem "$TestDrive" -Filter *.txt'
        'Join-Path $TestDrive "a[1].txt"'
    ).ForEach({ @{ Text = $_ } }) {
        Find-Fault $Text | Should -BeNullOrEmpty
    }
}
