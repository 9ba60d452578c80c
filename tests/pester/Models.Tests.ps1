# The objects that cmdlets write, as a mock makes them.

BeforeDiscovery {
    . "$PSScriptRoot/common.ps1"
    $models = [VodPreheat.PreheatTask].Assembly.GetExportedTypes() |
        Where-Object { $_.Namespace -eq 'VodPreheat' -and -not $_.IsSubclassOf([Exception]) } | ForEach-Object FullName
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $values = @{
        [string]           = 'text'
        [string[]]         = @('one', 'two')
        [bool]             = $true
        [int]              = 7
        [timespan]         = [timespan]::FromSeconds(7)
        [uri]              = [uri] 'https://cdn.example.com/'
        [DateTimeOffset]   = [DateTimeOffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::Zero)
    }
}

AfterAll { Clear-Session }

Describe 'The models' -ForEach @{ Count = @($models).Count } {
    It 'are known' { $Count | Should -BeGreaterThan 4 }
}

Describe '<_>' -ForEach $models {
    BeforeAll {
        $type = [type] $_
        $all = @{}
        foreach ($property in $type.GetProperties()) {
            $all[$property.Name] = $values[[Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType]
        }
    }

    It 'can be cast from a hashtable with any of its properties' {
        $object = $all -as $type
        foreach ($name in $all.Keys) {
            $object.$name | Should -Be $all[$name] -Because $name
            $alone = @{ $name = $all[$name] } -as $type
            $alone.$name | Should -Be $all[$name] -Because $name
        }
    }

    It 'has no empty text where scripts expect $null' {
        $object = $type::new()
        $given = @{}
        foreach ($property in $type.GetProperties() | Where-Object PropertyType -EQ ([string])) { $given[$property.Name] = $null }
        $made = $given -as $type
        foreach ($name in $given.Keys) { $made.$name | Should -BeExactly $object.$name -Because $name }
    }

    It 'cannot be changed by a program after it was made' {
        foreach ($property in $type.GetProperties()) {
            $property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Name | Should -Be 'IsExternalInit' -Because $property.Name
        }
    }
}

Describe 'A task' {
    It 'has a list of URLs, even of none' {
        foreach ($url in $null, @()) { ([VodPreheat.PreheatTask]@{ Url = $url }).Url.GetType() | Should -Be ([string[]]) }
    }
}

Describe 'A live connection' {
    It 'shows what it is, whatever a script sets' {
        Connect-VodAccount -Sandbox -Region cn-north-4
        $connection = Get-VodConnection
        $before = $connection | Select-Object *
        foreach ($property in [VodPreheat.VodConnection].GetProperties()) { $connection.($property.Name) = $values[[Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType] }
        "$($connection | Select-Object *)" | Should -BeExactly "$before"
    }
}
